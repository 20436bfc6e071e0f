package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
  @Test
  void commandsStandInTheOrderOfTheirUseOnALineEach() {
    List<String> lines = CliResult.of("--help").out().lines().toList();
    List<String> commands = lines.subList(lines.indexOf("Commands:") + 1, lines.size());
    assertEquals(
        List.of(
            "fetch",
            "convert",
            "inspect",
            "vocab",
            "init",
            "tokenize",
            "build-train",
            "pairs",
            "train",
            "encode",
            "embeddings",
            "quantize",
            "search",
            "merge",
            "mine",
            "evaluate",
            "explain",
            "format",
            "plot",
            "cut",
            "reproduce",
            "demo",
            "help"),
        commands.stream().map(line -> line.trim().split(" ")[0]).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fetch marco",
        "fetch beir",
        "fetch model",
        "convert",
        "inspect",
        "vocab",
        "init",
        "tokenize",
        "build-train",
        "pairs",
        "train",
        "encode",
        "embeddings",
        "quantize",
        "search",
        "merge",
        "mine",
        "evaluate",
        "explain",
        "format",
        "plot",
        "cut",
        "reproduce",
        "demo"
      })
  void helpFitsTheTerminalAndShowsAnExample(String command) {
    CliResult result = CliResult.of((Object[]) (command + " --help").split(" "));
    assertEquals(0, result.exitCode(), result.err());
    if (command.indexOf(' ') < 0) {
      assertEquals(result, CliResult.of("help", command));
    }
    String help = result.out();
    assertTrue(
        help.matches("(?s)Usage: javatron " + command + " (RECIPE |(ID |NAME )?\\(?--).*"), help);
    help.lines().forEach(line -> assertTrue(line.length() <= 80, line));
    assertTrue(Pattern.compile("Examples?.*:\n  javatron " + command + " ").matcher(help).find());
    assertTrue(help.contains("--help "), help);
    assertEquals(-1, help.indexOf("--model="), "shown as it is typed");
  }

  @Test
  void whatIsRequiredStandsInTheFirstLine() {
    String help = CliResult.of("encode", "--help").out();
    assertTrue(
        help.replaceAll("\\s+", " ")
            .startsWith(
                "Usage: javatron encode --model DIR (--corpus FILE... | --queries FILE) --output"
                    + " DIR [OPTION]... Encodes"),
        help);
    assertTrue(
        CliResult.of("train", "--help")
            .out()
            .startsWith(
                "Usage: javatron train --model DIR --train FILE... --output DIR [OPTION]...\n"));
  }

  @Test
  void aMisspeltOptionIsNamedRatherThanTheOneItLeavesMissing() {
    CliResult result = CliResult.of("inspect", "--modle", "M");
    assertEquals(2, result.exitCode());
    assertEquals(
        "javatron inspect: Unknown options: '--modle', 'M'",
        result.err().lines().findFirst().get());
  }

  @Test
  void whatIsMissingIsShownAsItIsTyped() {
    CliResult result = CliResult.of("encode", "--model", "M", "--output", "E");
    assertEquals(2, result.exitCode());
    assertEquals(
        "javatron encode: missing one of (--corpus FILE... | --queries FILE)\n"
            + "See 'javatron encode --help'.\n",
        result.err());
    result = CliResult.of("evaluate", "--run", "r");
    assertEquals("javatron evaluate: missing --qrels FILE", result.err().lines().findFirst().get());
  }

  @Test
  void aNumberThatIsNoneOrTooLargeIsSaidPlainly() {
    CliResult result =
        CliResult.of(
            "search", "--queries", "Q", "--passages", "E", "--output", "r", "--depth", 9999999999L);
    assertEquals(2, result.exitCode());
    assertEquals(
        "javatron search: Invalid value for option '--depth': '9999999999' is not a whole number of"
            + " at most 2147483647\nSee 'javatron search --help'.\n",
        result.err());
  }

  @Test
  void anOptionGivenTwiceIsSaidWithoutThePartsOfTheParser() {
    CliResult result =
        CliResult.of("encode", "--model", "M", "--output", "E", "--queries", "a", "--queries", "b");
    assertEquals(2, result.exitCode());
    assertEquals(
        "javatron encode: an option that is needed once is given more than once\n"
            + "See 'javatron encode --help'.\n",
        result.err());
  }
}
