package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

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
   * @param texts takes each title, which may be empty, and each text
   * @throws IOException if a file cannot be read, or holds token ids instead of texts
   */
  public static void forEach(List<Path> paths, Consumer<String> texts) throws IOException {
    try (DocumentReader documents = new DocumentReader(paths)) {
      for (Document d = documents.next(); d != null; d = documents.next()) {
        texts.accept(d.title());
        d.spans().forEach(texts);
      }
    }
  }
}
