package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.javatron.io.InputException;

/**
 * Documents one after the other: those of {@link SpansReader}, numbered from 0, and the passages of
 * {@link CorpusReader}, each a document of one span. Memory: one document.
 */
final class DocumentReader implements Closeable {
  private final Iterator<Path> files;
  private SpansReader spans;
  private CorpusReader corpus;
  private long number;

  /** Files or folders, told apart by content. */
  DocumentReader(List<Path> paths) throws IOException {
    files = CorpusFiles.resolve(paths).iterator();
  }

  /** The next document, null at the end; it may have no spans. */
  Document next() throws IOException {
    for (; ; ) {
      Document document = inFile();
      if (document != null || !files.hasNext()) {
        return document;
      }
      close();
      open(files.next());
    }
  }

  private void open(Path file) throws IOException {
    boolean isSpans = SpansReader.isSpans(file);
    spans = isSpans ? SpansReader.open(file) : null;
    corpus = isSpans ? null : CorpusFiles.openFile(file);
  }

  private Document inFile() throws IOException {
    if (spans != null) {
      List<String> texts = spans.next();
      return texts == null ? null : new Document(Long.toString(number++), "", texts);
    }
    TextRecord record = corpus == null ? null : corpus.next();
    if (record == null) {
      return null;
    }
    if (record.text() == null) {
      throw new InputException(corpus.position() + ": expected a text, found token ids");
    }
    String title = record.title() == null ? "" : record.title().strip();
    List<String> texts = record.text().isBlank() ? List.of() : List.of(record.text());
    return new Document(record.id(), title, texts);
  }

  @Override
  public void close() throws IOException {
    if (spans != null) {
      spans.close();
    }
    if (corpus != null) {
      corpus.close();
    }
  }
}
