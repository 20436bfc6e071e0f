package org.javatron.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeReaderTest {
  private static final String RECIPE =
      """
      name: tiny
      description: >
        two
        lines
      machine:
        place: /data
      variables:
        yes: no
        blank: " "
      stages:
        - name: score
          command: evaluate
          options:
            run: [a, b]
            json: true
          inputs:
            - c
          needs: {disk: 1.5 GB, memory: 200 MB, time: 2 h}
      expect:
        - stage: score
          metric: mrr@10
          value: 0.5
          tolerance: 0.1
          source: a paper
      """;

  @TempDir Path folder;

  private Recipe read(String text) throws IOException {
    return Recipe.read(Files.writeString(folder.resolve("r.yaml"), text));
  }

  @Test
  void everyFieldIsRead() throws IOException {
    Recipe recipe = read(RECIPE);
    assertEquals("tiny", recipe.name());
    assertEquals("two lines", recipe.description());
    assertNull(recipe.measured());
    assertEquals("/data", recipe.machine().get("place").text());
    assertEquals("no", recipe.variables().get("yes").text(), "texts stay what they are");
    assertEquals(" ", recipe.variables().get("blank").text());
    Recipe.Stage stage = recipe.stages().get(0);
    assertEquals(11, stage.line());
    assertEquals(List.of("evaluate"), stage.command());
    assertEquals(2, stage.options().get("run").size());
    assertEquals(14, stage.options().get("run").get(0).line());
    assertEquals(List.of(), stage.options().get("json"));
    assertEquals("c", stage.inputs().get(0).text());
    assertEquals(new Recipe.Needs(1_500_000_000, 200_000_000, 7200), stage.needs());
    assertEquals(
        new Recipe.Expectation(20, "score", "mrr@10", 0.5, 0.1, null, 0, "a paper"),
        recipe.expectations().get(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name: tiny | name: [a] | :1: expected the recipe's name, found a list",
        "name: tiny | name: Tiny | :1: expected the recipe's name of small letters, digits, dots"
            + " and dashes, found \"Tiny\"",
        "name: tiny | names: tiny | :1: expected a field of a recipe (name, description, stages,"
            + " measured, machine, variables, expect), found \"names\"",
        "name: tiny | `` | :2: expected the field \"name\" of a recipe, found none",
        "yes: no | place: x | :8: expected names that \"machine\" has not, found \"place\"",
        "yes: no | work: x | :8: expected a variable's name of small letters, digits, dots and"
            + " dashes, not one of work, recipe, processors, found \"work\"",
        "blank: \" \" | yes: b | :9: expected each name once, found \"yes\" again",
        "run: [a, b] | --run: a | :14: expected an option's name without dashes, found \"--run\"",
        "1.5 GB | 1.5 | :18: expected a number and one of B, KB, MB, GB, such as \"1.5 B\", found"
            + " \"1.5\"",
        "2 h | 2 hours | :18: expected a number and one of s, min, h, d, such as \"1.5 s\", found"
            + " \"2 hours\"",
        "value: 0.5 | value: half | :22: expected the figure as a number, found \"half\"",
        "value: 0.5 | value: NaN | :22: expected the figure as a finite number, found \"NaN\"",
        "value: 0.5 | above: score | :20: expected either \"value\" with \"tolerance\" or"
            + " \"above\", with \"by\" if wanted",
        "stage: score | stage: other | :20: expected the name of a stage with the command evaluate"
            + " and the option json, found \"other\"",
        "command: evaluate | command: search | :20: expected the name of a stage with the command"
            + " evaluate and the option json, found \"score\"",
        "command: evaluate | command: \"\" | :12: expected a command, found nothing",
        "name: score | name: s core | :11: expected a stage's name of small letters, digits, dots"
            + " and dashes, found \"s core\"",
        "- c | - [c] | :17: expected a file or folder, found a list",
        "run: [a, b] | run: {a: b} | :14: expected a value, found names with values",
      })
  void whatIsWrongIsSaidWithItsLine(String right, String wrong, String sentence) {
    String text = RECIPE.replace(right, wrong == null ? "" : wrong);
    InputException error = assertThrows(InputException.class, () -> read(text));
    assertEquals(folder.resolve("r.yaml") + sentence, error.getMessage());
  }

  @Test
  void aFileThatIsNoRecipeIsRefused() throws IOException {
    refuses("", ": expected a recipe, found nothing");
    refuses("- a\n", ":1: expected a recipe as names with values, found a list");
    refuses("name: a\ndescription: b\nstages: []\n", ":3: expected stages, found none");
    InputException error =
        assertThrows(InputException.class, () -> read("name: a\nstages:\n  - 'open\n"));
    String start = folder.resolve("r.yaml") + ":4: expected YAML, but ";
    assertEquals(start, error.getMessage().substring(0, start.length()));
    error = assertThrows(InputException.class, () -> Recipe.read(folder.resolve("none.yaml")));
    assertEquals(folder.resolve("none.yaml") + ": there is no such file", error.getMessage());
    error = assertThrows(InputException.class, () -> Recipe.read(folder));
    assertEquals(folder + ": expected a recipe, a YAML file, found a folder", error.getMessage());
  }

  private void refuses(String text, String sentence) {
    InputException error = assertThrows(InputException.class, () -> read(text));
    assertEquals(folder.resolve("r.yaml") + sentence, error.getMessage());
  }
}
