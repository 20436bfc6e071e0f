package org.javatron.train;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.io.InputException;

/**
 * The rows of training files, by number over all files in order. Opening reads each file once to
 * find its lines; memory is 8 bytes a row. Thread-safe.
 */
final class TrainingFiles implements Closeable {
  /**
   * What a file was when training began.
   *
   * @param file its name, without folders: data may be moved
   * @param bytes its size
   * @param rows how many rows it has
   * @param indexSha256 hash of where its rows begin
   */
  record Stamp(String file, long bytes, int rows, String indexSha256) {}

  private final List<RowFile> files = new ArrayList<>();
  private final List<Stamp> stamps = new ArrayList<>();
  private int rows;

  private TrainingFiles() {}

  /**
   * Opens files.
   *
   * @param paths files, or folders whose *.json and *.jsonl are taken in the order of their names
   */
  static TrainingFiles open(List<Path> paths) throws IOException {
    TrainingFiles all = new TrainingFiles();
    try {
      for (Path path : resolve(paths)) {
        all.add(RowFile.open(path));
      }
      if (all.rows == 0) {
        throw new InputException("there are no rows in " + paths.get(0));
      }
      return all;
    } catch (IOException | RuntimeException | Error e) {
      all.close();
      throw e;
    }
  }

  private static List<Path> resolve(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(inFolder(path));
      } else if (Files.exists(path)) {
        files.add(path);
      } else {
        throw new InputException(path + ": there is no such file or folder");
      }
    }
    return files;
  }

  private static List<Path> inFolder(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> found =
          all.filter(f -> f.getFileName().toString().matches(".*\\.jsonl?"))
              .filter(Files::isRegularFile)
              .sorted()
              .toList();
      if (found.isEmpty()) {
        throw new InputException(
            folder + ": expected training files (*.json or *.jsonl) in this folder, found none");
      }
      return found;
    }
  }

  private void add(RowFile file) throws IOException {
    files.add(file);
    if (file.rows() > Integer.MAX_VALUE - 8 - rows) {
      throw new InputException(file.path() + ": there are more than 2^31 rows up to here");
    }
    rows += file.rows();
    stamps.add(
        new Stamp(
            file.path().getFileName().toString(), file.bytes(), file.rows(), file.indexHash()));
  }

  /** Rows of all files, 1 or more. */
  int rows() {
    return rows;
  }

  /** What the files are, to be compared when training goes on later. */
  List<Stamp> stamps() {
    return List.copyOf(stamps);
  }

  /** Reads a row, from 0. */
  TrainingRow row(int number) throws IOException {
    Place place = find(number);
    byte[] line = place.file.read(place.row);
    try {
      return RowParser.parse(line, "");
    } catch (InputException e) {
      // Only now is the line's number worth the time to count.
      return RowParser.parse(line, place.file.place(place.row));
    }
  }

  /** File and line of a row, for messages. */
  String place(int number) throws IOException {
    Place place = find(number);
    return place.file.place(place.row);
  }

  private record Place(RowFile file, int row) {}

  private Place find(int number) {
    int rest = number;
    for (RowFile file : files) {
      if (rest < file.rows()) {
        return new Place(file, rest);
      }
      rest -= file.rows();
    }
    throw new IndexOutOfBoundsException("row " + number + " of " + rows);
  }

  @Override
  public void close() throws IOException {
    for (RowFile file : files) {
      file.close();
    }
  }
}
