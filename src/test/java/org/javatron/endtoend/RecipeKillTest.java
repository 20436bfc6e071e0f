package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.javatron.train.TinyTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code reproduce} in processes of its own, killed with SIGKILL wherever they happen to be. */
@Tag("slow")
class RecipeKillTest {
  private static final String RECIPE =
      """
      name: killed
      description: A tiny model learns a tiny task.
      machine:
        data: "{recipe}"
      stages:
        - name: train
          command: train
          options: {model: "{data}/model", train: "{data}/rows.jsonl", output: "{work}/trained", max-steps: 120,
            learning-rate: 1e-3, save-steps: 7, save-total-limit: 2}
        - name: passages
          command: encode
          options: {model: "{work}/trained", corpus: "{data}/corpus.tsv", output: "{work}/passages"}
        - name: queries
          command: encode
          options: {model: "{work}/trained", queries: "{data}/queries.tsv", output: "{work}/queries"}
        - name: search
          command: search
          options: {queries: "{work}/queries", passages: "{work}/passages", depth: 10, output: "{work}/run.tsv"}
        - name: evaluate
          command: evaluate
          options: {run: "{work}/run.tsv", qrels: "{data}/qrels.tsv", metrics: mrr@10, json: true}
      """;

  @TempDir Path folder;

  @Test
  void killedAtAnyMomentItEndsInTheSameScoresAndBytes() throws Exception {
    TinyTask.model(folder.resolve("model"), 0.1);
    TinyTask.rows(folder.resolve("rows.jsonl"), 100);
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder qrels = new StringBuilder();
    for (int i = 0; i < TinyTask.TOPICS; i++) {
      corpus.append("d%d\tp%d is a\n".formatted(i, i));
      queries.append("t%d\twhat is q%d\n".formatted(i, i));
      qrels.append("t%d\t0\td%d\t1\n".formatted(i, i));
    }
    Files.writeString(folder.resolve("corpus.tsv"), corpus);
    Files.writeString(folder.resolve("queries.tsv"), queries);
    Files.writeString(folder.resolve("qrels.tsv"), qrels);
    Files.writeString(folder.resolve("r.yaml"), RECIPE);

    Path whole = folder.resolve("whole");
    assertEquals(0, start(whole).waitFor(), () -> "see " + folder.resolve("stderr"));
    Path killed = folder.resolve("killed");
    Random random = new Random(5);
    Process first = start(killed);
    while (!Files.exists(killed.resolve("trained/checkpoint-35"))) {
      assertTrue(first.isAlive(), "ended before it was killed");
      Thread.sleep(5);
    }
    Thread.sleep(random.nextInt(150));
    first.destroyForcibly().waitFor();
    assertEquals("BEGUN", state(killed).at("/stages/train/status").asText());
    Process second = start(killed);
    while (!Files.exists(killed.resolve("passages"))) {
      assertTrue(second.isAlive(), "ended before it was killed");
      Thread.sleep(1);
    }
    second.destroyForcibly().waitFor();
    assertEquals(0, start(killed).waitFor());
    assertEquals(2, state(killed).at("/stages/train/attempts").asInt());
    assertEquals(hashes(whole), hashes(killed));
    assertEquals(
        state(whole).at("/stages/evaluate/answer"), state(killed).at("/stages/evaluate/answer"));
    assertEquals(
        TinyTask.TOPICS, state(whole).at("/stages/evaluate/answer/queries_in_run").asInt());
  }

  private static JsonNode state(Path work) throws IOException {
    return new ObjectMapper().readTree(work.resolve("state.json").toFile());
  }

  /** Of what each stage wrote, by stage and name. */
  private static Map<String, String> hashes(Path work) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    for (var stage : state(work).get("stages").properties()) {
      for (var output : stage.getValue().get("outputs").properties()) {
        hashes.put(
            stage.getKey() + " " + work.relativize(Path.of(output.getKey())),
            output.getValue().get("sha256").asText());
      }
    }
    return hashes;
  }

  private Process start(Path work) throws IOException {
    return JavatronProcess.start(
        folder.resolve("stderr"),
        "reproduce",
        folder.resolve("r.yaml").toString(),
        "--work",
        work.toString());
  }
}
