package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Every command that a page or a help text shows is one that javatron takes: they are parsed, not
 * run.
 */
class DocumentedCommandsTest {
  private static final Path ROOT = Peers.root();

  /** A line of a page's block, after variables; {@code javatron search: ...} is an answer. */
  private static final Pattern TYPED =
      Pattern.compile(
          "^ *(?:\\w+=\\S+ +)*(?:scripts/)?javatron +(?!\\S+:)(\\S.*)$", Pattern.MULTILINE);

  private static final Pattern EXAMPLE = Pattern.compile("^  javatron +(.*)$", Pattern.MULTILINE);
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern OPTION = Pattern.compile("(?<!\\S)(--[a-z0-9-]+)(?!\\S)");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
  private static final Pattern COMMENT = Pattern.compile(" {2,}# .*$");

  private final CommandLine javatron = Main.commandLine();

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  @Test
  void thePagesCommands() throws IOException {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (Path page : pages()) {
      for (String line : found(TYPED, Files.readString(page).replace("\\\n", " "))) {
        if (!line.startsWith("...")) {
          count++;
          parse(page.getFileName().toString(), line, wrong);
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(count > 60, "commands found: " + count);
  }

  @Test
  void theHelpsExamples() {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (CommandLine command : all(javatron)) {
      for (String line : command.getCommandSpec().usageMessage().footer()) {
        if (line.startsWith("  ") && line.length() > 80) {
          wrong.add("help: wrapped where nobody could copy it: " + line);
        }
      }
      String help = command.getUsageMessage().replaceAll("\\\\\n +", " ");
      for (String example : found(EXAMPLE, help)) {
        count++;
        parse("help", example, wrong);
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(count > 30, "examples found: " + count);
  }

  /** Options beside Tevatron's flags, alone or as {@code mine --merge}. */
  @Test
  void theOptionsThatStandForTevatronsFlags() throws IOException {
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (String row : Files.readAllLines(ROOT.resolve("docs/tevatron.md"))) {
      String ours = row.startsWith("|") ? row.replaceFirst("^.*?\\|.*?\\|", "") : "";
      for (String code : found(CODE, ours)) {
        Set<String> options = options(code);
        for (String option : found(OPTION, code)) {
          count++;
          if (!options.contains(option)) {
            wrong.add(code);
          }
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(count > 60, "options found: " + count);
  }

  /** The options of the command that the words begin with, or of all commands. */
  private Set<String> options(String words) {
    CommandLine command = javatron;
    for (String word : words.split(" ")) {
      command = command.getSubcommands().getOrDefault(word, command);
    }
    Set<String> names = new TreeSet<>();
    all(command).forEach(each -> names.addAll(each.getCommandSpec().optionsMap().keySet()));
    return names;
  }

  private void parse(String where, String line, List<String> wrong) {
    List<String> words = new ArrayList<>();
    for (MatchResult word :
        WORD.matcher(COMMENT.matcher(line).replaceFirst("")).results().toList()) {
      words.add(
          word.group(1) != null
              ? word.group(1)
              : word.group(2) != null ? word.group(2) : word.group(3));
    }
    try {
      javatron.parseArgs(words.toArray(String[]::new));
    } catch (ParameterException e) {
      wrong.add(where + ": " + line + ": " + e.getMessage());
    }
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1)).toList();
  }

  /** A command, its subcommands and theirs. */
  private static List<CommandLine> all(CommandLine command) {
    List<CommandLine> all = new ArrayList<>(List.of(command));
    Set.copyOf(command.getSubcommands().values()).forEach(each -> all.addAll(all(each)));
    return all;
  }
}
