package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;

/**
 * The files {@code split00.json}, {@code split01.json}, ... of a folder, named as Tevatron's
 * scripts name them. All appear together, once the last is whole.
 *
 * <p>Memory: a buffer a file. Not thread-safe.
 */
public final class ShardFiles implements Closeable {
  /** Two digits, so that the files' order by name is their order. */
  public static final int MOST = 100;

  private final Path folder;
  private final String suffix;
  private final List<AtomicFile> files = new ArrayList<>();

  private ShardFiles(Path folder, String suffix) {
    this.folder = folder;
    this.suffix = suffix;
  }

  /**
   * Files to be written, none begun yet.
   *
   * @param folder where they will stand; made if missing
   * @param suffix what follows the number: {@code .json}, or {@code .hn.json} for rows with mined
   *     negatives
   * @return the files, to be committed and closed by the caller
   */
  public static ShardFiles create(Path folder, String suffix) {
    return new ShardFiles(folder, suffix);
  }

  /**
   * The files of that kind that a folder holds.
   *
   * @param folder a folder, or the name of one that is not there yet
   * @param suffix what follows the number
   * @return their paths in the order of their names; empty if there are none
   * @throws IOException if the folder cannot be read
   */
  public static List<Path> existing(Path folder, String suffix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    String pattern = "split[0-9]+" + suffix.replace(".", "\\.");
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(f -> f.getFileName().toString().matches(pattern)).sorted().toList();
    }
  }

  /**
   * Begins the next file.
   *
   * @return where its bytes go; closed by {@link #commit} and {@link #close}
   * @throws IOException if it cannot be made, or there are {@link #MOST} already
   */
  public OutputStream next() throws IOException {
    if (files.size() == MOST) {
      throw new InputException(
          "%s would hold more than %d files split00%s, split01%s, ...: write more rows to each"
              .formatted(folder, MOST, suffix, suffix));
    }
    AtomicFile file = AtomicFile.create(path(files.size()));
    files.add(file);
    return file.stream();
  }

  /**
   * Makes the files appear under their names. Older files of this kind in the folder go.
   *
   * @return the files' paths, in order
   * @throws IOException if bytes cannot be forced to disk or a file not renamed or removed
   */
  public List<Path> commit() throws IOException {
    List<Path> paths = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      paths.add(path(i));
    }
    for (Path old : existing(folder, suffix)) {
      if (!paths.contains(old)) {
        Files.delete(old);
      }
    }
    for (AtomicFile file : files) {
      file.commit();
    }
    return paths;
  }

  private Path path(int number) {
    return folder.resolve(String.format(Locale.ROOT, "split%02d%s", number, suffix));
  }

  /** Closes the files; without {@link #commit} before, nothing of them is left. */
  @Override
  public void close() throws IOException {
    for (AtomicFile file : files) {
      file.close();
    }
  }
}
