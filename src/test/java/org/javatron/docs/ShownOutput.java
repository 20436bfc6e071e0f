package org.javatron.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares a command's output with what a page shows. docs/tutorial/README.md has the rule for the
 * reader: a line of three points stands for any lines; progress and needs of memory are not shown;
 * times, rates and memory are any; figures of evaluate may differ by 0.02, other numbers with a
 * decimal point by a fiftieth or by one in their last digit, all else by nothing but the width of
 * blanks.
 */
final class ShownOutput {
  private static final String ANY = "...";

  /** "encoding: 289 of 289 queries (100%), 140.3/s, 0:00:02"; "search needs 3.6 MB: ...". */
  private static final Pattern NOT_SHOWN =
      Pattern.compile("\\w+: [\\d,]+ of [\\d,]+ .*\\(\\d+%\\).*|.* needs [\\d.,]+ [KMG]?B\\b.*");

  private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(?:[.,]\\d+)*(?:[eE][-+]?\\d+)?");

  /** What follows a number that is the machine's. */
  private static final Pattern OF_THE_MACHINE =
      Pattern.compile("\\s*(s\\b|ms\\b|[KMG]B\\b|\\w*/s\\b).*", Pattern.DOTALL);

  /** On a hundred queries a few change places where a model was trained on another processor. */
  private static final Pattern FIGURE =
      Pattern.compile("(?:mrr|recall|ndcg|success)@\\d+ +(\\d\\.\\d+)");

  private static final double FIGURES = 0.02;

  private static final double RELATIVE = 0.02;

  private ShownOutput() {}

  /** The lines of an output that a page shows. */
  static List<String> shown(String output) {
    return output
        .lines()
        .map(String::stripTrailing)
        .filter(line -> !NOT_SHOWN.matcher(line).matches())
        .toList();
  }

  /**
   * Compares.
   *
   * @param page the page's lines
   * @param output the command's, as {@link #shown} gives them
   * @return the first difference, or nothing
   */
  static Optional<String> difference(List<String> page, List<String> output) {
    int at = 0;
    boolean any = false;
    for (String line : page) {
      if (line.strip().equals(ANY)) {
        any = true;
        continue;
      }
      int from = at;
      while (any && at < output.size() && !alike(line, output.get(at))) {
        at++;
      }
      if (at == output.size()) {
        String where = any ? "after line " + from : "at its end";
        return Optional.of("the page shows \"" + line + "\", the output does not, " + where);
      }
      if (!alike(line, output.get(at))) {
        return Optional.of(
            "the page shows \"" + line + "\", the output \"" + output.get(at) + "\"");
      }
      any = false;
      at++;
    }
    return any || at == output.size()
        ? Optional.empty()
        : Optional.of("the output goes on with \"" + output.get(at) + "\"");
  }

  /** Whether two lines say the same. */
  static boolean alike(String page, String output) {
    Matcher shown = FIGURE.matcher(page);
    Matcher measured = FIGURE.matcher(output);
    if (shown.matches() && measured.matches()) {
      double difference =
          Double.parseDouble(shown.group(1)) - Double.parseDouble(measured.group(1));
      return name(page).equals(name(output)) && Math.abs(difference) <= FIGURES;
    }
    List<MatchResult> expected = NUMBER.matcher(page).results().toList();
    List<MatchResult> found = NUMBER.matcher(output).results().toList();
    if (expected.size() != found.size() || !between(page).equals(between(output))) {
      return false;
    }
    for (int i = 0; i < expected.size(); i++) {
      String rest = page.substring(expected.get(i).end());
      if (!OF_THE_MACHINE.matcher(rest).matches()
          && !near(expected.get(i).group(), found.get(i).group())) {
        return false;
      }
    }
    return true;
  }

  private static String name(String figure) {
    return figure.substring(0, figure.indexOf(' '));
  }

  private static List<String> between(String line) {
    List<String> parts = new ArrayList<>();
    for (String part : NUMBER.split(line, -1)) {
      parts.add(part.replaceAll("\\s+", " "));
    }
    return parts;
  }

  private static boolean near(String page, String output) {
    if (!page.contains(".") || !output.contains(".") || page.contains(",")) {
      return page.equals(output);
    }
    double expected;
    double found;
    try {
      expected = Double.parseDouble(page);
      found = Double.parseDouble(output);
    } catch (NumberFormatException e) { // such as a version, 0.1.0
      return page.equals(output);
    }
    String mantissa = page.replaceAll("[eE].*", "");
    double digit = Math.pow(10, -(mantissa.length() - mantissa.indexOf('.') - 1));
    double scale = Math.max(Math.abs(expected), Math.abs(found));
    return Math.abs(expected - found) <= Math.max(RELATIVE * scale, 1.001 * digit);
  }
}
