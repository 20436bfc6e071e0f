package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How many columns a table's first line has, counted by tabs and counted by any blanks. Comment
 * lines before it do not count. Both are 0 for a file without lines.
 */
record TableShape(int tabColumns, int blankColumns) {
  static TableShape of(Path path) throws IOException {
    try (Table tabs = new Table(path);
        Table blanks = new Table(path, true)) {
      return new TableShape(columns(tabs), columns(blanks));
    }
  }

  private static int columns(Table table) throws IOException {
    while (table.next()) {
      if (!table.isComment()) {
        return table.columns();
      }
    }
    return 0;
  }
}
