package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReproduceCommandTest {
  private static final List<String> STAGES =
      List.of("model", "passages", "queries", "search", "evaluate");

  private static final String RECIPE =
      """
      name: tiny
      description: A <tiny> model & six passages.
      measured: nothing at all
      machine:
        data: "{recipe}"
        threads: 1
      variables:
        seed: 1
        depth: 3
      stages:
        - name: model
          command: init
          options: {vocab: "{data}/vocab.txt", output: "{work}/m", layers: 1, hidden: 8, heads: 2, seed: "{seed}"}
          needs: {disk: 20 KB, memory: 100 MB, time: 1 s}
        - name: passages
          command: encode
          options: {model: "{work}/m", corpus: "{data}/c.tsv", output: "{work}/p", threads: "{threads}"}
        - name: queries
          command: encode
          options: {model: "{work}/m", queries: "{data}/q.tsv", output: "{work}/q"}
        - name: search
          command: search
          options: {queries: "{work}/q", passages: "{work}/p", depth: "{depth}", output: "{work}/run.tsv"}
        - name: evaluate
          command: evaluate
          options: {run: "{work}/run.tsv", qrels: "{data}/qrels.tsv", metrics: "mrr@10,recall@3", json: true}
      expect:
        - {stage: evaluate, metric: mrr@10, value: 0.5, tolerance: 0.5, source: a <paper>}
      """;

  @TempDir Path folder;
  private SmallCollection collection;
  private Path work;
  private String recipe = RECIPE;

  @BeforeEach
  void collection() throws IOException {
    collection = new SmallCollection(folder);
    collection.write(
        "vocab.txt",
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nw0\nw1\nw2\nw3\nw4\nw5\nv0\nv1\nv2\nscript\n<\n>\n");
    collection.write("q.tsv", "q0\t<script>v0\nq1\tv1\nq2\tv2\n");
    work = folder.resolve("work");
  }

  private CliResult reproduce(Object... more) throws IOException {
    collection.write("r.yaml", recipe);
    List<Object> words =
        new ArrayList<>(List.of("reproduce", folder.resolve("r.yaml"), "--work", work));
    words.addAll(List.of(more));
    return CliResult.of(words.toArray());
  }

  private CliResult succeeds(Object... more) throws IOException {
    CliResult result = reproduce(more);
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  /** The stages that a run did not leave out. */
  private static List<String> ran(CliResult result) {
    return STAGES.stream()
        .filter(name -> !result.out().contains("] " + name + ": done before"))
        .toList();
  }

  private JsonNode state() throws IOException {
    return new ObjectMapper().readTree(work.resolve("state.json").toFile());
  }

  @Test
  void runsTheCommandsSaysTheScoresAndWritesThePage() throws IOException {
    CliResult result = succeeds();
    assertEquals(STAGES, ran(result));
    assertTrue(result.out().contains("[4/5] search\n$ javatron search --queries "), result.out());
    assertTrue(result.out().contains("0.5000 ± 0.5000    passed"), result.out());
    assertTrue(result.out().endsWith("report: " + work.resolve("report.html") + "\n"));

    String page = Files.readString(work.resolve("report.html"));
    assertTrue(page.contains("1 of 1 scores as expected"), page);
    assertTrue(page.contains("A &lt;tiny&gt; model &amp; six passages."), "escaped");
    assertTrue(page.contains("&lt;script&gt;v0"), "texts of the collection too");
    assertFalse(page.contains("<script"), page);
    assertFalse(page.matches("(?s).*(src|href)=.*"), "nothing is loaded from anywhere");
    assertTrue(page.contains("a &lt;paper&gt;"), page);
    assertTrue(page.contains("relevant passage"), page);

    JsonNode search = state().at("/stages/search");
    assertEquals("DONE", search.at("/status").asText());
    assertEquals(1, search.at("/attempts").asInt());
    JsonNode output = search.at("/outputs").iterator().next();
    assertEquals(64, output.at("/sha256").asText().length());
    assertEquals(Files.size(work.resolve("run.tsv")), output.at("/bytes").asLong());
    assertTrue(Files.readString(work.resolve("logs/search.log")).startsWith("$ javatron search "));
  }

  @Test
  void onlyWhatIsTouchedByAChangeIsRunAgain() throws IOException {
    succeeds();
    assertEquals(List.of(), ran(succeeds()));
    assertEquals(List.of(), ran(succeeds("--set", "threads=2")), "does not decide the scores");
    assertEquals(List.of("search", "evaluate"), ran(succeeds("--set", "depth=4")));
    assertEquals(List.of("search", "evaluate"), ran(succeeds()), "and back");

    collection.write("c.tsv", Files.readString(folder.resolve("c.tsv")).replace("w5", "w4"));
    assertTrue(ran(succeeds()).contains("passages"));
    assertFalse(ran(succeeds()).contains("queries"));

    Files.writeString(work.resolve("run.tsv"), "q0\tp5\t1\n");
    assertEquals(List.of("search"), ran(succeeds()), "an output that somebody changed");
    Files.delete(work.resolve("p/manifest.json"));
    assertEquals(List.of("passages"), ran(succeeds()), "the same bytes: nothing else is run");
  }

  @Test
  void aDryRunShowsAllOfItAndDoesNothing() throws IOException {
    String text = succeeds("--dry-run", "--set", "seed=7").out();
    assertTrue(text.startsWith("tiny: A <tiny> model & six passages.\n"), text);
    assertTrue(text.contains("  seed=7\n"), text);
    assertTrue(text.contains("$ javatron init "), text);
    assertTrue(text.contains("  expected: 20 KB of disk, 100 MB of memory, 1 s\n"), text);
    assertTrue(
        text.contains("  reads " + work.resolve("q") + ", " + work.resolve("p") + "\n"), text);
    assertTrue(text.contains("expectations are of: nothing at all\n"), text);
    assertFalse(Files.exists(work));

    succeeds();
    text = succeeds("--dry-run", "--set", "depth=4").out();
    assertTrue(text.contains("[3/5] queries: done\n"), text);
    assertTrue(text.contains("[4/5] search\n"), text);
    assertTrue(text.contains("  took: "), text);
  }

  @Test
  void aScoreThatIsMissedIsAFailureUnlessItsVariablesWereSet() throws IOException {
    recipe =
        RECIPE.replace("value: 0.5, tolerance: 0.5", "value: 2, tolerance: 0.5")
            + "  - {stage: evaluate, metric: recall@3, above: evaluate, by: 0.01}\n";
    CliResult result = reproduce();
    assertEquals(1, result.exitCode());
    assertTrue(result.out().contains("2.0000 ± 0.5000    missed"), result.out());
    assertTrue(result.out().matches("(?s).*at least \\S+ +missed.*"), result.out());
    assertTrue(Files.readString(work.resolve("report.html")).contains("2 of 2 scores missed"));

    recipe = RECIPE.replace("value: 0.5, tolerance: 0.5", "value: 2, tolerance: 0.5");
    result = succeeds("--set", "seed=2");
    assertTrue(result.out().contains("not comparable: set were seed=2"), result.out());
    assertTrue(Files.readString(work.resolve("report.html")).contains("no score was judged"));
  }

  @Test
  void aStageThatFailsSaysWhereToLookAndIsTheNextToRun() throws IOException {
    Files.writeString(folder.resolve("qrels.tsv"), "nonsense\n");
    CliResult result = reproduce();
    assertEquals(1, result.exitCode());
    assertTrue(
        result
            .err()
            .contains(
                "\nstage evaluate failed (exit code 1); what it said is kept in "
                    + work.resolve("logs/evaluate.log")
                    + "; the same command goes on from here\n"),
        result.err());
    assertTrue(Files.readString(work.resolve("logs/evaluate.log")).contains("expected judgements"));
    assertFalse(Files.exists(work.resolve("report.html")));
    collection.write("qrels.tsv", "q0\t0\tp1\t1\n");
    assertEquals(List.of("evaluate"), ran(succeeds()));
  }

  @Test
  void whatAnInterruptedStageLeftIsReplacedAndAnotherKeysRemoved() throws IOException {
    succeeds();
    Path state = work.resolve("state.json");
    String begun = Files.readString(state).replace("\"DONE\"", "\"BEGUN\"");
    Files.writeString(state, begun);
    CliResult result = succeeds();
    assertEquals(STAGES, ran(result));
    assertTrue(result.out().contains("--force"), "the same stage goes on in its output");
    assertEquals(2, state().at("/stages/search/attempts").asInt());

    Files.writeString(state, begun);
    result = succeeds("--set", "seed=2");
    assertFalse(result.out().contains("--force"), "other stages begin in an empty place");
    assertEquals(1, state().at("/stages/search/attempts").asInt());

    Files.writeString(state, Files.readString(state).replace("\"DONE\"", "\"WRITTEN\""));
    assertEquals(List.of(), ran(succeeds("--set", "seed=2")), "killed while outputs were hashed");
  }

  @Test
  void mistakesAreFoundBeforeAnythingRuns() throws IOException {
    refuses(
        "command: init",
        "command: initiate",
        11,
        "stage model: expected a command of javatron, found initiate");
    refuses("layers: 1", "layer: 1", 13, "stage model says Unknown options: '--layer', '1'");
    refuses("layers: 1", "layers: one", 13, "stage model says Invalid value for option '--layers'");
    refuses(
        "{data}/c.tsv",
        "{date}/c.tsv",
        17,
        "expected a variable that is defined before its use, found {date}");
    refuses(
        "threads: 1",
        "threads: \"{seed}\"",
        6,
        "expected a variable that is defined before its use, found {seed}");
    refuses(
        "output: \"{work}/m\"",
        "output: \"{data}/m\"",
        11,
        "stage model: expected outputs below {work}, found ");
    refuses(
        "output: \"{work}/q\"",
        "output: \"{work}/p\"",
        18,
        "stage queries: expected an output that no earlier stage writes, found ");
    refuses(
        "passages: \"{work}/p\"",
        "passages: \"{work}/x\"",
        21,
        "stage search: expected an input that an earlier stage writes, found ");
    refuses(
        "metric: mrr@10",
        "metric: mrr@11",
        28,
        "expected a metric that stage evaluate computes (mrr@10,recall@3), found mrr@11");
    refuses("{data}/c.tsv", "{data}/none.tsv", 15, "stage passages: expected the input ");
    assertFalse(Files.exists(work.resolve("m")));
  }

  private void refuses(String right, String wrong, int line, String sentence) throws IOException {
    recipe = RECIPE.replace(right, wrong);
    CliResult result = reproduce();
    assertEquals(1, result.exitCode(), result.out());
    String place = "javatron reproduce: " + folder.resolve("r.yaml") + ":" + line + ": ";
    assertTrue(result.err().startsWith(place), result.err());
    assertTrue(result.err().contains(sentence), result.err());
    assertEquals(1, result.err().lines().count());
    recipe = RECIPE;
  }

  @Test
  void whatIsWrongWithTheFolderOrTheOptionsIsSaid() throws IOException {
    CliResult result = reproduce("--set", "speed=2");
    assertEquals(
        "javatron reproduce: --set speed: expected a variable of "
            + folder.resolve("r.yaml")
            + " (seed, depth, data, threads)\n",
        result.err());
    Files.createDirectories(work);
    try (FileChannel lock =
        FileChannel.open(
            work.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock();
      result = reproduce();
    }
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains(": another reproduce works in this folder"), result.err());

    Path state = Files.writeString(work.resolve("state.json"), "{\"version\": 1,");
    result = reproduce();
    assertTrue(
        result.err().contains(state + ": expected the state of a recipe's run"), result.err());
    Files.writeString(
        state,
        "{\"version\": 1, \"recipe\": \"other\", \"variables\": {}, \"stages\": {}, \"files\":"
            + " {}}");
    result = reproduce();
    assertTrue(
        result
            .err()
            .contains(
                state
                    + ": expected the state of recipe tiny in version 1, found other in version 1"),
        result.err());
  }
}
