package org.javatron.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.javatron.explain.ExplainedText;
import org.javatron.explain.Explanation;
import org.javatron.explain.Word;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * An explanation on a terminal: each text with its words coloured, and the words that move most.
 *
 * @param shown how many words of each text are listed
 * @param colour whether the terminal shows colours
 */
record ExplanationText(int shown, boolean colour) {
  private static final int WIDTH = 78;
  private static final String INDENT = "  ";

  /** Backgrounds in the 256 colours' cube, from weak to strong: they are read in black letters. */
  private static final String[] UP = {"4;5;5", "3;4;5", "2;4;5", "1;3;5"};

  private static final String[] DOWN = {"5;5;4", "5;4;3", "5;4;2", "5;3;1"};

  void print(Explanation explanation, PrintWriter out) {
    out.printf(
        Locale.ROOT, "score %.4f, the inner product of query and passage%n", explanation.score());
    print("query", explanation.query(), out);
    print("passage", explanation.passage(), out);
    out.flush();
  }

  private void print(String name, ExplainedText text, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%n%s: %d tokens%s%n",
        text.id() == null ? name : name + " " + text.id(),
        text.tokens().size(),
        text.truncated() ? ", cut at the maximum length" : "");
    paragraph(text, out);
    List<Word> strongest = text.strongest(shown);
    int width = strongest.stream().mapToInt(word -> word.text().length()).max().orElse(0);
    width = Math.max(width, "word".length());
    if (!strongest.isEmpty()) {
      out.printf("%n%s%s    moves  tokens and ids%n", INDENT, padded("word", width));
    }
    for (Word word : strongest) {
      String pieces =
          word.tokens().stream()
              .map(token -> token.piece() + " " + token.id())
              .collect(Collectors.joining(", "));
      String padding = " ".repeat(width - word.text().length());
      out.printf(
          Locale.ROOT,
          "%s%s%s  %+.4f  %s%n",
          INDENT,
          coloured(word, text),
          padding,
          word.attribution(),
          pieces);
    }
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  /** All words, in lines that fit; colours take no room. */
  private void paragraph(ExplainedText text, PrintWriter out) {
    StringBuilder line = new StringBuilder();
    int length = 0;
    for (Word word : text.words()) {
      if (length > 0 && length + 1 + word.text().length() > WIDTH - INDENT.length()) {
        out.println(INDENT + line);
        line.setLength(0);
        length = 0;
      }
      if (length > 0) {
        line.append(' ');
        length++;
      }
      line.append(coloured(word, text));
      length += word.text().length();
    }
    out.println(INDENT + line);
  }

  private String coloured(Word word, ExplainedText text) {
    double strength = text.strength(word);
    int level = (int) Math.round(Math.abs(strength) * UP.length);
    if (!colour || level == 0) {
      return word.text();
    }
    IStyle[] styles = {Style.fg("0;0;0"), Style.bg((strength < 0 ? DOWN : UP)[level - 1])};
    return Style.on(styles) + word.text() + Style.off(styles);
  }

  /** Whether standard output is a terminal that may be coloured. */
  static boolean terminal() {
    return Ansi.AUTO.enabled();
  }
}
