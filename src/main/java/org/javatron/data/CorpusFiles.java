package org.javatron.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.javatron.io.InputException;

/** Finds the files of a corpus, and which reader each needs. */
final class CorpusFiles {
  // What a folder is looked through for, best first; the tutorial joins para.txt into corpus.tsv.
  private static final List<String> IN_FOLDER =
      List.of("corpus.jsonl", "corpus.tsv", "para.txt", "collection.tsv");
  private static final String SPLITS = "split[0-9]*\\.(json|jsonl)(\\.gz)?";

  private CorpusFiles() {}

  /** The files that these paths mean, folders replaced by what they hold. */
  static List<Path> resolve(List<Path> paths) throws IOException {
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("expected at least one corpus file, found none");
    }
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        files.addAll(inFolder(path));
      } else {
        files.add(path);
      }
    }
    return files;
  }

  private static List<Path> inFolder(Path folder) throws IOException {
    for (String name : IN_FOLDER) {
      Path found = plainOrGzip(folder.resolve(name));
      if (found != null) {
        return List.of(found);
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> splits =
          files.filter(f -> f.getFileName().toString().matches(SPLITS)).sorted().toList();
      if (splits.isEmpty()) {
        throw new InputException(
            "%s: expected a corpus in this folder (one of %s, or splitNN.json; each may end in .gz), found none"
                .formatted(folder, String.join(", ", IN_FOLDER)));
      }
      return splits;
    }
  }

  static CorpusReader openFile(Path file) throws IOException {
    Path titles = titlesOf(file);
    if (titles != null) {
      return new TitledCorpusReader(file, titles);
    }
    return isJson(file) ? new JsonCorpusReader(file) : new TsvCorpusReader(file);
  }

  /** The title file beside RocketQA's para.txt, or null. */
  private static Path titlesOf(Path file) {
    String name = file.getFileName().toString();
    boolean isRocketQa = name.equals("para.txt") || name.equals("para.txt.gz");
    return isRocketQa ? plainOrGzip(file.resolveSibling("para.title.txt")) : null;
  }

  private static Path plainOrGzip(Path file) {
    if (Files.isRegularFile(file)) {
      return file;
    }
    Path gzip = file.resolveSibling(file.getFileName() + ".gz");
    return Files.isRegularFile(gzip) ? gzip : null;
  }

  /**
   * Whether the first line starts an object: no table of ours has an id that begins with a brace.
   */
  private static boolean isJson(Path file) throws IOException {
    try (Utf8Lines lines = new Utf8Lines(file)) {
      return lines.next() && lines.chars()[0] == '{';
    }
  }

  /** How many lines of a file are not empty, without decoding them. */
  static long countLines(Path file) throws IOException {
    byte[] block = new byte[1 << 16];
    long count = 0;
    boolean empty = true;
    try (InputStream in = Utf8Lines.open(file)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        for (int i = 0; i < n; i++) {
          if (block[i] == '\n') {
            count += empty ? 0 : 1;
            empty = true;
          } else if (block[i] != '\r') {
            empty = false;
          }
        }
      }
    } catch (EOFException | ZipException e) {
      throw Utf8Lines.brokenGzip(file.toString(), e);
    }
    return empty ? count : count + 1;
  }
}
