package org.javatron.data;

import java.io.IOException;
import org.javatron.io.InputException;

/** A corpus whose titles nobody wants. */
final class UntitledCorpusReader implements CorpusReader {
  private final CorpusReader corpus;

  UntitledCorpusReader(CorpusReader corpus) {
    this.corpus = corpus;
  }

  @Override
  public TextRecord next() throws IOException {
    TextRecord record = corpus.next();
    if (record == null) {
      return null;
    }
    if (record.tokens() != null) {
      throw new InputException(
          position() + ": expected a text to leave its title out, found one that comes tokenised");
    }
    return new TextRecord(record.id(), null, record.text(), null);
  }

  @Override
  public String position() {
    return corpus.position();
  }

  @Override
  public void close() throws IOException {
    corpus.close();
  }
}
