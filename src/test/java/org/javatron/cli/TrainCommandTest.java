package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.train.TinyTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    all.addAll(List.of("--output", folder.resolve("R")));
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
                "--train-n-passages",
                4,
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
    Path best = Path.of(summary.at("/best/checkpoint").asText());
    assertEquals("checkpoint-" + summary.at("/best/step"), best.getFileName().toString());
    assertTrue(summary.at("/best/mrr@10").asDouble() >= summary.get("last_mrr@10").asDouble());
    assertTrue(Files.exists(best.resolve("model.safetensors")), best::toString);
  }

  @Test
  void saysWhatItWillNeedAndWhatItDid() {
    CliResult result =
        train(
            "--train-n-passages",
            4,
            "--max-steps",
            2,
            "--query-chunk-size",
            3,
            "--temperature",
            "0.5");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(
        result
            .err()
            .startsWith(
                "training on 24 rows: 2 steps of 1 x 8 queries with 4 passages each, 3 steps an"
                    + " epoch\ntraining needs "),
        result.err());
    assertTrue(result.err().contains("\nstep 2 of 2 (epoch 0.67): loss "), result.err());
    assertTrue(
        result.out().matches(".*/R: 2 steps \\(2 now\\) in [0-9.]+ s, \\d+ tokens/s, loss .*\n"),
        result.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch-size 0|--batch-size must be 1 or more, not 0",
        "--train-n-passages 0|--train-n-passages must be 1 or more, not 0",
        "--batch-size 1 --train-n-passages 1|one query with one passage has nothing to learn from",
        "--max-steps 0|--max-steps must be 1 or more, not 0",
        "--max-steps 9 --epochs 2|--epochs and --max-steps exclude each other",
        "--epochs 0|--epochs must be above 0, not 0.0",
        "--temperature 0|--temperature must be above 0, not 0.0",
        "--temperature NaN|--temperature must be above 0, not NaN",
        "--learning-rate -1|--learning-rate must be 0 or more, not -1.0",
        "--warmup-ratio 1.5|--warmup-ratio must be from 0 to 1, not 1.5",
        "--adam-beta2 1|--adam-beta2 must be from 0 up to but not 1, not 1.0",
        "--dropout 1|--dropout must be from 0 up to but not 1, not 1.0",
        "--query-max-length 2|--query-max-length must be 3 or more, not 2",
        "--passage-chunk-size 0|--passage-chunk-size must be 1 or more, not 0",
        "--save-total-limit 0|--save-total-limit must be 1 or more, not 0",
        "--eval-steps 5|--eval-steps goes with --eval-queries, --eval-qrels and --eval-corpus",
        "--precision bf16|train on a CPU computes in fp32: --precision bf16 is for encode there, and for --kernels cuda",
        "--precision fp16|the cpu kernels do not compute in fp16",
        "--kernels cuda --precision fp16|train computes in fp32 or bf16: the gradients of --precision fp16 would need scaling",
        "--kernels reference --precision fp16|train computes in fp32 or bf16: the gradients of --precision fp16 would need scaling",
        "--threads 0|--threads must be between 1 and 1024, not 0",
      })
  void valuesThatMakeNoSenseAreWrongUsage(String options, String message) {
    CliResult result = train((Object[]) options.split(" "));
    assertEquals(2, result.exitCode(), result.err());
    assertEquals("javatron train: " + message, result.err().lines().findFirst().get());
  }

  @Test
  void whatExcludesEachOtherOrIsIncompleteIsWrongUsage() {
    assertEquals(2, train("--resume", "--force").exitCode());
    assertEquals(2, train("--eval-queries", "q.tsv").exitCode());
  }

  @Test
  void lengthsBeyondTheModelAreRefused() {
    CliResult result = train("--passage-max-length", 17);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron train: the passage maximum length must be between 3 ([CLS], a token, [SEP]) and"
            + " 16 (the model's positions), found 17\n",
        result.err());
  }
}
