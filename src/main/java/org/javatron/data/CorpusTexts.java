package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.javatron.io.InputException;

/**
 * The bare texts of a collection, whatever its form: titles, passages and queries of the forms that
 * {@link CorpusReader} reads, and the spans of {@link SpansReader}.
 */
public final class CorpusTexts {
  private CorpusTexts() {}

  /**
   * Gives every text to a consumer, in the files' order. Memory: one record or document.
   *
   * @param paths files or folders as for {@link CorpusReader#open(List)}, or files of spans
   * @param texts takes each title and each text; empty ones come too
   * @throws IOException if a file cannot be read, or holds token ids instead of texts
   */
  public static void forEach(List<Path> paths, Consumer<String> texts) throws IOException {
    for (Path file : CorpusFiles.resolve(paths)) {
      if (SpansReader.isSpans(file)) {
        spans(file, texts);
      } else {
        records(file, texts);
      }
    }
  }

  private static void spans(Path file, Consumer<String> texts) throws IOException {
    try (SpansReader reader = SpansReader.open(file)) {
      for (List<String> spans = reader.next(); spans != null; spans = reader.next()) {
        spans.forEach(texts);
      }
    }
  }

  private static void records(Path file, Consumer<String> texts) throws IOException {
    try (CorpusReader reader = CorpusFiles.openFile(file)) {
      for (TextRecord record = reader.next(); record != null; record = reader.next()) {
        if (record.text() == null) {
          throw new InputException(reader.position() + ": expected a text, found token ids");
        }
        if (record.title() != null) {
          texts.accept(record.title());
        }
        texts.accept(record.text());
      }
    }
  }
}
