package org.javatron.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands that a page shows, each with the output below it. */
final class CommandBlocks {
  private static final Pattern BEGIN = Pattern.compile("```sh(?: exits (\\d))?");

  /**
   * A fenced block of commands and the block of output behind it.
   *
   * @param line where the commands begin, from 1
   * @param commands one a line, backslashes at their ends undone
   * @param exitCode that of the last one; the others succeed
   * @param outputLine where the output begins, from 1; 0 if the page shows none
   * @param output its lines
   */
  record Block(
      int line, List<String> commands, int exitCode, int outputLine, List<String> output) {}

  private CommandBlocks() {}

  /**
   * Blocks marked {@code sh}, or {@code sh exits 1}; a block marked {@code text} right behind one
   * is its output.
   */
  static List<Block> read(Path page) throws IOException {
    List<String> lines = Files.readAllLines(page);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher begin = BEGIN.matcher(lines.get(i));
      if (!begin.matches()) {
        continue;
      }
      int exitCode = begin.group(1) == null ? 0 : Integer.parseInt(begin.group(1));
      int end = end(lines, i);
      int next = end + 1;
      while (next < lines.size() && lines.get(next).isBlank()) {
        next++;
      }
      boolean shown = next < lines.size() && lines.get(next).equals("```text");
      List<String> output = shown ? lines.subList(next + 1, end(lines, next)) : List.of();
      List<String> commands = commands(lines.subList(i + 1, end));
      int outputLine = shown ? next + 2 : 0;
      blocks.add(new Block(i + 2, commands, exitCode, outputLine, List.copyOf(output)));
      i = end;
    }
    return blocks;
  }

  private static int end(List<String> lines, int begin) {
    int end = begin + 1;
    while (!lines.get(end).equals("```")) {
      end++;
    }
    return end;
  }

  private static List<String> commands(List<String> lines) {
    String all = String.join("\n", lines).replace("\\\n", " ");
    return all.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }
}
