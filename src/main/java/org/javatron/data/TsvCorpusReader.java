package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;

/** {@code id\ttext} as MS MARCO has it, or {@code id\ttitle\ttext} as the tutorial's corpus. */
final class TsvCorpusReader implements CorpusReader {
  private final Table table;
  private int columns;

  TsvCorpusReader(Path path) throws IOException {
    table = new Table(path);
  }

  @Override
  public TextRecord next() throws IOException {
    if (!table.next()) {
      return null;
    }
    int found = table.columns();
    if (columns == 0 && (found == 2 || found == 3)) {
      columns = found;
    }
    if (found != columns) {
      throw table.error(
          columns == 0
              ? "expected 2 or 3 tab-separated columns (id, text or id, title, text), found "
                  + found
              : "expected %d tab-separated columns as in the first line, found %d"
                  .formatted(columns, found));
    }
    return columns == 2
        ? new TextRecord(table.id(0), null, table.get(1), null)
        : new TextRecord(table.id(0), table.get(1), table.get(2), null);
  }

  @Override
  public String position() {
    return table.position();
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}
