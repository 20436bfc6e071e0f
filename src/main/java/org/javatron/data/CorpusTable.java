package org.javatron.data;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import org.javatron.io.AtomicTextFile;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/**
 * The coCondenser tutorial's {@code corpus.tsv}: a corpus in any form as lines of id, title and
 * text. It is what the tutorial makes of RocketQA's {@code para.txt} and {@code para.title.txt}
 * with sort and join, for files in the order of their ids, which those are.
 */
public final class CorpusTable {
  private CorpusTable() {}

  /**
   * Writes the table; it appears under its name when it is whole. Memory: one passage.
   *
   * @param corpus a file or folder as {@link CorpusReader} reads it, with texts
   * @param output the table; gzip-compressed if its name ends in .gz
   * @param progress counts passages
   * @return how many passages it has
   * @throws IOException if the corpus cannot be read, a line is not as it must be, or the table
   *     cannot be written
   */
  public static long write(Path corpus, Path output, Progress progress) throws IOException {
    long passages = 0;
    try (CorpusReader reader = CorpusReader.open(corpus);
        AtomicTextFile file = AtomicTextFile.create(output)) {
      Writer out = file.writer();
      for (TextRecord record = reader.next(); record != null; record = reader.next()) {
        if (record.text() == null) {
          throw new InputException(
              reader.position() + ": expected a text, found token ids, which no table can hold");
        }
        out.write(field(record.id(), reader));
        out.write('\t');
        out.write(record.title() == null ? "" : field(record.title(), reader));
        out.write('\t');
        out.write(field(record.text(), reader));
        out.write('\n');
        passages++;
        progress.step(1);
      }
      file.commit();
    }
    return passages;
  }

  private static String field(String text, CorpusReader reader) throws InputException {
    if (text.indexOf('\t') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
      throw new InputException(
          reader.position()
              + ": a table's field has no tab and no line break, but this record has one");
    }
    return text;
  }
}
