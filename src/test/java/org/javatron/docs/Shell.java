package org.javatron.docs;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.cli.Main;
import org.javatron.testing.Peers;

/**
 * As much of a shell as the pages need, inside this process: {@code scripts/javatron}, and {@code
 * head -n N FILE} and {@code tail -n N FILE}, both also with {@code > FILE}. Paths below {@code
 * docs/} are the project's; {@code target/tutorial} is a fresh folder.
 */
final class Shell {
  private static final String WORK = "target/tutorial";
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

  private final Path work;

  Shell(Path work) {
    this.work = work;
  }

  /**
   * Runs a command.
   *
   * @param line as a person would paste it
   * @param exitCode what javatron is to exit with
   * @return what a terminal would show, with the paths of the page
   * @throws AssertionError if it exits otherwise
   */
  String run(String line, int exitCode) throws IOException {
    List<String> words = words(line);
    String command = words.get(0);
    if (command.equals("head") || command.equals("tail")) {
      return lines(words);
    }
    if (!command.equals("scripts/javatron")) {
      throw new AssertionError("pages may use scripts/javatron, head and tail, not " + command);
    }
    StringWriter terminal = new StringWriter();
    PrintWriter both = new PrintWriter(terminal, true);
    int code = Main.run(both, both, words.subList(1, words.size()).toArray(String[]::new));
    if (code != exitCode) {
      throw new AssertionError(line + "\nexited with " + code + ":\n" + terminal);
    }
    return terminal
        .toString()
        .replace(work.toString(), WORK)
        .replace(Peers.root() + "/docs", "docs");
  }

  /** {@code head} or {@code tail}, {@code -n}, N, FILE and perhaps {@code >}, FILE. */
  private String lines(List<String> words) throws IOException {
    List<String> all = Files.readAllLines(Path.of(words.get(3)));
    int count = Math.min(Integer.parseInt(words.get(2)), all.size());
    boolean head = words.get(0).equals("head");
    List<String> some = head ? all.subList(0, count) : all.subList(all.size() - count, all.size());
    if (words.size() == 4) {
      return String.join("\n", some) + "\n";
    }
    Files.write(Path.of(words.get(5)), some);
    return "";
  }

  private List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(line);
    while (word.find()) {
      if (word.group(3) == null) {
        words.add(word.group(1) == null ? word.group(2) : word.group(1));
      } else {
        words.add(located(word.group(3)));
      }
    }
    return words;
  }

  private String located(String word) {
    if (word.startsWith("docs/")) {
      return Peers.root().resolve(word).toString();
    }
    return word.startsWith(WORK) ? work + word.substring(WORK.length()) : word;
  }
}
