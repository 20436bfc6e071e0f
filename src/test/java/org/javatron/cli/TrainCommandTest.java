package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.train.TinyTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  @TempDir static Path shared;
  private static Path model;
  private static Path rows;

  @TempDir Path folder;

  @BeforeAll
  static void writeATinyTask() throws IOException {
    model = TinyTask.model(shared.resolve("model"), 0.1);
    rows = TinyTask.rows(shared.resolve("rows.jsonl"), TinyTask.TOPICS);
    TinyTask.collection(shared);
  }

  private CliResult train(Object... more) {
    List<Object> all = new ArrayList<>(List.of("train", "--model", model, "--train", rows));
    all.addAll(List.of("--output", folder.resolve("R"), "--train-n-passages", 4));
    all.addAll(List.of(more));
    return CliResult.of(all.toArray());
  }

  private Object[] withEvaluation(Object... more) {
    List<Object> all = new ArrayList<>(List.of("--eval-queries", shared.resolve("queries.tsv")));
    all.addAll(List.of("--eval-qrels", shared.resolve("qrels.tsv")));
    all.addAll(List.of("--eval-corpus", shared.resolve("corpus.tsv")));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void lossFallsAndTheRetrieverGetsBetter() throws IOException {
    CliResult result =
        train(
            withEvaluation(
                "--json",
                "--max-steps",
                150,
                "--learning-rate",
                "1e-2",
                "--dropout",
                0,
                "--eval-steps",
                50,
                "--save-steps",
                50));
    assertEquals(0, result.exitCode(), result.err());
    JsonNode summary = new ObjectMapper().readTree(result.out());
    assertTrue(summary.get("loss").asDouble() < 0.5, result.err());
    assertTrue(summary.get("first_mrr@10").asDouble() < 0.4, result.err());
    assertTrue(summary.get("last_mrr@10").asDouble() > 0.9, result.err());
  }
}
