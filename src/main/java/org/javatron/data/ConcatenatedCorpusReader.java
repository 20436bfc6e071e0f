package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** Several files as one corpus, in the order given; one is open at a time. */
final class ConcatenatedCorpusReader implements CorpusReader {
  private final Iterator<Path> files;
  private CorpusReader current;

  ConcatenatedCorpusReader(List<Path> files) throws IOException {
    this.files = files.iterator();
    this.current = CorpusFiles.openFile(this.files.next());
  }

  @Override
  public TextRecord next() throws IOException {
    for (; ; ) {
      TextRecord record = current.next();
      if (record != null || !files.hasNext()) {
        return record;
      }
      current.close();
      current = CorpusFiles.openFile(files.next());
    }
  }

  @Override
  public String position() {
    return current.position();
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
