package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.io.InputException;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;
import org.javatron.weights.ModelManifest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path shared;
  private static Path model;
  private static Path rows;

  /** Trained by what {@link Wanted} says unless it is changed, with evaluations. */
  private static Path whole;

  @TempDir Path folder;

  private final StringWriter log = new StringWriter();

  @BeforeAll
  static void writeATinyTask() throws IOException {
    model = TinyTask.model(shared.resolve("model"), 0.1);
    rows = TinyTask.rows(shared.resolve("rows.jsonl"), TinyTask.TOPICS);
    TinyTask.collection(shared);
    whole = shared.resolve("whole");
    Wanted wanted = new Wanted();
    wanted.evalSteps = 4;
    new Trainer(wanted.in(whole), new PrintWriter(new StringWriter())).run();
  }

  /** Settings that a test changes one of. */
  private static final class Wanted {
    Path model = TrainerTest.model;
    Path rows = TrainerTest.rows;
    int accumulation = 1;
    int chunk;
    double dropout = 0.1;
    boolean untie;
    double rate = 5e-3;
    long steps = 12;
    int passages = 4;
    int saveSteps = 4;
    Integer limit;
    boolean resume;
    boolean force;
    int evalSteps;

    TrainingSettings in(Path output) {
      return new TrainingSettings(
          model,
          output,
          new ExampleSettings(List.of(rows), passages, null, null, null, true, true),
          new StepSettings(8 / accumulation, accumulation, chunk, chunk, 1, null, dropout, untie),
          new OptimizerSettings(rate, 0.1, 1, 0.01, 0.9, 0.999, 1e-8),
          3,
          steps,
          42,
          new CheckpointSettings(saveSteps, limit, resume, force),
          evalSteps == 0
              ? null
              : new EvaluationSettings(
                  shared.resolve("queries.tsv"),
                  shared.resolve("qrels.tsv"),
                  List.of(shared.resolve("corpus.tsv")),
                  100,
                  0,
                  evalSteps),
          3,
          new KernelSettings(KernelSet.CPU, 2));
    }
  }

  private Path train(String name, Wanted wanted) throws IOException {
    Path output = folder.resolve(name);
    new Trainer(wanted.in(output), new PrintWriter(log, true)).run();
    return output;
  }

  private String refusal(String name, Wanted wanted) {
    return assertThrows(InputException.class, () -> train(name, wanted)).getMessage();
  }

  private static byte[] weights(Path model) throws IOException {
    return Files.readAllBytes(model.resolve("model.safetensors"));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** The lines of figures, without those that tell of time. */
  private static List<JsonNode> figures(Path output) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(output.resolve("metrics.jsonl"))) {
      ObjectNode figures = (ObjectNode) JSON.readTree(line);
      lines.add(figures.without(List.of("tokens_per_second", "eval_seconds")));
    }
    return lines;
  }

  /** The folder of {@link #whole} as it was after a checkpoint and the step that followed. */
  private Path killedAfter(long checkpoint) throws IOException {
    Path copy = folder.resolve("killed" + checkpoint);
    try (Stream<Path> all = Files.walk(whole)) {
      for (Path path : all.toList()) {
        Files.copy(path, copy.resolve(whole.relativize(path)));
      }
    }
    Files.delete(copy.resolve(TrainerState.FILE));
    for (long step : new Checkpoints(copy).steps()) {
      if (step > checkpoint) {
        new Checkpoints(copy).remove(step);
      }
    }
    Files.createDirectories(copy.resolve(".checkpoint-9.tmp"));
    return copy;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4, 12})
  void resumedAfterAnyCheckpointItEndsInTheSameBits(long checkpoint) throws IOException {
    Path killed = killedAfter(checkpoint);
    Wanted again = new Wanted();
    again.evalSteps = 4;
    again.resume = true;
    train(killed.getFileName().toString(), again);
    assertArrayEquals(weights(whole), weights(killed));
    assertArrayEquals(
        Files.readAllBytes(whole.resolve(TrainerState.FILE)),
        Files.readAllBytes(killed.resolve(TrainerState.FILE)));
    assertEquals(figures(whole), figures(killed));
    assertEquals(names(whole), names(killed));
    assertEquals(
        checkpoint > 0, log.toString().contains("continuing after step " + checkpoint + " of 12"));
  }

  @Test
  void resumedAtTheEndItDoesNothing() throws IOException {
    Path copy = killedAfter(12);
    Files.copy(whole.resolve(TrainerState.FILE), copy.resolve(TrainerState.FILE));
    var before = Files.getLastModifiedTime(copy.resolve("model.safetensors"));
    Wanted again = new Wanted();
    again.resume = true;
    train("killed12", again);
    assertEquals(before, Files.getLastModifiedTime(copy.resolve("model.safetensors")));
    assertTrue(log.toString().contains("is finished already"), log::toString);
  }

  @Test
  void dropoutAndSeedChangeTheResult() throws IOException {
    Wanted other = new Wanted();
    other.dropout = 0;
    other.steps = 2;
    Wanted same = new Wanted();
    same.steps = 2;
    assertFalse(Arrays.equals(weights(train("with", same)), weights(train("without", other))));
  }

  @Test
  void otherSettingsOrDataAreRefusedByName() throws IOException {
    Path output = killedAfter(4);
    Path newest = output.resolve("checkpoint-4");
    Wanted rate = new Wanted();
    rate.resume = true;
    rate.rate = 1e-3;
    assertEquals(
        newest
            + " was made with another learning-rate (0.005 there, 0.001 now): give what was given"
            + " then, or begin anew with --force",
        refusal("killed4", rate));
    Wanted data = new Wanted();
    data.resume = true;
    data.rows = TinyTask.rows(folder.resolve("rows.jsonl"), 25);
    assertTrue(
        refusal("killed4", data).startsWith(newest + " was made with another train file 1 ("));
    Wanted other = new Wanted();
    other.resume = true;
    other.model = output;
    assertEquals(
        output + " is the model to begin with; expected another folder for the trained one",
        refusal("killed4", other));
  }

  @Test
  void whatIsThereIsReplacedOnlyByForce() throws IOException {
    Wanted untied = new Wanted();
    untied.untie = true;
    untied.steps = 1;
    Path output = train("R", untied);
    assertEquals(
        output
            + " is not empty: go on with the training in it by --resume, or replace it by --force",
        refusal("R", new Wanted()));
    Wanted force = new Wanted();
    force.force = true;
    force.steps = 5;
    train("R", force);
    assertFalse(Files.exists(output.resolve("query_model")), "it would pass for the model");
    assertEquals(List.of(4L), new Checkpoints(output).steps());
  }

  @Test
  void chunksChangeTheResultOnlyByRounding() throws IOException {
    Wanted chunks = new Wanted();
    chunks.chunk = 3;
    requireNear(whole, train("chunks", chunks), 1e-3);
  }

  @Test
  void accumulatedBatchesHaveTheirOwnNegativesAndAMeanLoss() throws IOException {
    Wanted parts = new Wanted();
    parts.accumulation = 2;
    parts.steps = 1;
    Wanted once = new Wanted();
    once.steps = 1;
    double partsLoss = figures(train("parts", parts)).get(0).get("loss").asDouble();
    double wholeLoss = figures(train("whole", once)).get(0).get("loss").asDouble();
    // 16 candidates a query, not 32: about ln 2 less.
    assertEquals(Math.log(2), wholeLoss - partsLoss, 0.3);
  }

  private static void requireNear(Path expected, Path found, double tolerance) throws IOException {
    float[] one = vectors(expected, Encoder.Side.PASSAGE);
    float[] other = vectors(found, Encoder.Side.PASSAGE);
    assertArrayEquals(one, other, (float) tolerance);
  }

  private static float[] vectors(Path trained, Encoder.Side side) throws IOException {
    EncoderOptions options = new EncoderOptions(1, 64, KernelSet.CPU);
    try (Encoder encoder = Encoder.open(trained, side, options)) {
      float[] out = new float[encoder.dim()];
      encoder.encode(List.of(new int[] {2, 9, 3}), out, 0);
      return out;
    }
  }

  @Test
  void untiedEncodersAreTwoModelsThatDiffer() throws IOException {
    Wanted untied = new Wanted();
    untied.untie = true;
    untied.steps = 5;
    Path output = train("R", untied);
    assertFalse(
        Arrays.equals(vectors(output, Encoder.Side.QUERY), vectors(output, Encoder.Side.PASSAGE)));
    Files.delete(output.resolve(TrainerState.FILE));
    byte[] before = weights(output.resolve("query_model"));
    untied.resume = true;
    train("R", untied);
    assertArrayEquals(before, weights(output.resolve("query_model")));
    // And on from there, tied or not as the model is.
    Wanted further = new Wanted();
    further.model = output;
    further.steps = 1;
    assertTrue(Files.exists(train("S", further).resolve("passage_model/model.safetensors")));
  }

  @Test
  void theNewestCheckpointsStayAndTheBest() throws IOException {
    Wanted wanted = new Wanted();
    wanted.limit = 1;
    wanted.steps = 9;
    wanted.evalSteps = 3;
    Path output = train("R", wanted);
    JsonNode state = JSON.readTree(output.resolve(TrainerState.FILE).toFile());
    long best = state.at("/best/step").asLong();
    assertEquals(Stream.of(best, 8L).distinct().toList(), new Checkpoints(output).steps());
    assertTrue(Files.exists(output.resolve("plots/training.png")), log::toString);
  }

  @Test
  void theManifestSaysHowItWasTrained() throws IOException {
    ModelManifest manifest = ModelManifest.read(whole);
    assertEquals(8, manifest.queryMaxLength());
    assertEquals(12, manifest.passageMaxLength());
    assertEquals("trained from random weights", manifest.provenance().source());
    assertNotEquals(ModelManifest.read(model).weightsSha256(), manifest.weightsSha256());
  }

  @Test
  void aLossThatIsNotFiniteStopsWithTheQueriesAndTheLastCheckpoint() throws IOException {
    Wanted wanted = new Wanted();
    wanted.rate = 1e38;
    String message = refusal("R", wanted);
    String what =
        "step 3: the (loss|norm of the gradients) is (NaN|-?Infinity) with the queries"
            + " (Q\\d+, ){7}Q\\d+; ";
    assertTrue(message.matches(what + "there is no good checkpoint yet"), message);
    // The first step has rate 0; the second spoils the weights, which are not kept.
    wanted.saveSteps = 1;
    message = refusal("S", wanted);
    Path good = folder.resolve("S/checkpoint-1");
    what = "step 2: the weights [\\w.]+ hold (NaN|-?Infinity) after it; ";
    assertTrue(message.matches(what + "the last good checkpoint is " + good), message);
    Encoder.Side side = Encoder.Side.PASSAGE;
    assertArrayEquals(vectors(model, side), vectors(good, side), 0);
    assertEquals(List.of(1L), new Checkpoints(folder.resolve("S")).steps());
    wanted.resume = true;
    assertEquals(message, refusal("S", wanted), "the same again, and not a model");
    assertFalse(Files.exists(folder.resolve("S/model.safetensors")));
  }

  @Test
  void rowsThatCannotMakeABatchAreNamed() throws IOException {
    Wanted wanted = new Wanted();
    wanted.rows =
        Files.writeString(
            folder.resolve("few.jsonl"), "{\"query\":\"a\",\"positives\":[\"b\"]}\n".repeat(7));
    assertEquals(
        "a step takes 8 rows (batches of 8, 1 accumulated), but the training files have 7: make"
            + " batches smaller",
        refusal("R", wanted));
    Files.writeString(wanted.rows, "{\"query\":\"a\",\"positives\":[\"b\"]}\n".repeat(8));
    assertTrue(
        refusal("R", wanted)
            .matches(
                ".*few.jsonl:[1-8]: expected at least one of \"negatives\" where each query has 4"
                    + " passages, found none"));
    wanted.passages = 1;
    wanted.steps = 1;
    wanted.force = true;
    train("R", wanted);
    Files.writeString(wanted.rows, "{\"query\":[5,1000],\"positives\":[[5]]}\n".repeat(8));
    assertTrue(
        refusal("R", wanted)
            .matches(
                ".*few.jsonl:[1-8]: expected token ids below 56 \\(the vocabulary's size\\), found"
                    + " 1000"));
  }
}
