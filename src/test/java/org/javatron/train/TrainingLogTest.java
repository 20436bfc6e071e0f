package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.io.InputException;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLogTest {
  private static final int STEPS = 40;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve(TrainingLog.FILE);
  }

  private static TrainingHistory.Step step(long step) {
    return new TrainingHistory.Step(step, step / 10.0, 4.0 / step, 5e-6 / step, 1.25, 1234.5);
  }

  private static TrainingHistory.Evaluation evaluation(long step) {
    return new TrainingHistory.Evaluation(step, 0.25 + step / 1000.0, 1.5);
  }

  /** What a training writes for steps from + 1 to to: an evaluation every fifth, and at 0. */
  private static void write(TrainingLog log, int from, int to) throws IOException {
    for (int s = from + 1; s <= to; s++) {
      log.write(step(s));
      if (s % 5 == 0) {
        log.write(evaluation(s));
      }
    }
  }

  private String undisturbed() throws IOException {
    try (TrainingLog log = TrainingLog.create(folder)) {
      log.write(evaluation(0));
      write(log, 0, STEPS);
    }
    return Files.readString(file);
  }

  @Test
  void linesAreOfTheDocumentedForm() throws IOException {
    try (TrainingLog log = TrainingLog.create(folder)) {
      log.write(step(2));
      log.write(evaluation(2));
      assertEquals(
          """
          {"step":2,"epoch":0.2,"loss":2.0,"learning_rate":2.5E-6,"gradient_norm":1.25,"tokens_per_second":1234.5}
          {"step":2,"mrr@10":0.252,"eval_seconds":1.5}
          """,
          Files.readString(file),
          "there before the log is closed");
      log.sync();
    }
  }

  @Test
  void theDocumentedExampleIsRead() throws IOException {
    String docs = Files.readString(Peers.root().resolve("docs/formats.md"));
    Matcher example = Pattern.compile("```json metrics\n(.*?)```", Pattern.DOTALL).matcher(docs);
    assertTrue(example.find());
    Files.writeString(file, example.group(1));
    TrainingHistory history = TrainingHistory.read(file);
    assertEquals(
        List.of(new TrainingHistory.Step(190, 0.59375, 1.1024, 4.51e-6, 11.36, 2671.4)),
        history.steps());
    assertEquals(List.of(new TrainingHistory.Evaluation(200, 0.3127, 41.8)), history.evaluations());
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    undisturbed();
    TrainingHistory history = TrainingHistory.read(file);
    assertEquals(STEPS, history.steps().size());
    assertEquals(step(7), history.steps().get(6));
    assertEquals(1 + STEPS / 5, history.evaluations().size());
    assertEquals(evaluation(5), history.evaluations().get(1));
  }

  @Test
  void aKilledTrainingThatGoesOnLeavesTheFileOfAnUndisturbedOne() throws IOException {
    String whole = undisturbed();
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(17);
    for (int round = 0; round < 100; round++) {
      // The kill may cut a line in two; the checkpoint is of any step whose lines are there.
      int length = random.nextInt(bytes.length + 1);
      Files.write(file, Arrays.copyOf(bytes, length));
      int steps = TrainingHistory.read(file).steps().size();
      // The last step's evaluation may not have been written yet.
      int checkpoint = random.nextInt(Math.max(1, steps));
      try (TrainingLog log = TrainingLog.continueAfter(folder, checkpoint)) {
        if (TrainingHistory.read(file).evaluations().isEmpty()) {
          log.write(evaluation(0));
        }
        write(log, checkpoint, STEPS);
      }
      assertEquals(whole, Files.readString(file));
    }
  }

  @Test
  void aNewTrainingBeginsAnewAndAMissingLogIsNoObstacle() throws IOException {
    Files.writeString(file, "anything");
    TrainingLog.create(folder).close();
    assertEquals("", Files.readString(file));
    Files.delete(file);
    TrainingLog.continueAfter(folder, 7).close();
    assertEquals("", Files.readString(file));
  }

  @Test
  void aLastLineThatIsNotWholeDoesNotCount() throws IOException {
    String whole = undisturbed();
    for (String rest : List.of("{\"step\":41,\"lo", "\0\0\0\0\n", "{\"step\":41,\n", "\n")) {
      Files.writeString(file, whole + rest);
      assertEquals(STEPS, TrainingHistory.read(file).steps().size());
      TrainingLog.continueAfter(folder, STEPS + 9).close();
      assertEquals(whole, Files.readString(file));
    }
  }

  @Test
  void whatIsNotANumberIsNull() throws IOException {
    try (TrainingLog log = TrainingLog.create(folder)) {
      log.write(new TrainingHistory.Step(1, 0, Double.NaN, 0, Double.POSITIVE_INFINITY, 1));
    }
    assertEquals(
        "{\"step\":1,\"epoch\":0.0,\"loss\":null,\"learning_rate\":0.0,\"gradient_norm\":null,"
            + "\"tokens_per_second\":1.0}\n",
        Files.readString(file));
    assertEquals(Double.NaN, TrainingHistory.read(file).steps().get(0).loss());
  }

  @Test
  void aBrokenLineIsNamed() throws IOException {
    Files.writeString(file, "{\"step\":1,\"loss\":2}\nnonsense\n{\"step\":2,\"loss\":2}\n");
    assertError(file + ":2: expected a JSON object, found \"nonsense\"");
    Files.writeString(file, "{\"loss\":2}\n");
    assertError(file + ":1: expected \"step\" with \"loss\" or \"mrr@10\", found {\"loss\":2}");
    Files.writeString(file, "{\"step\":1}\n");
    assertError(file + ":1: expected \"step\" with \"loss\" or \"mrr@10\", found {\"step\":1}");
    Files.delete(file);
    assertError(file + ": there is no such file");
  }

  private void assertError(String message) {
    assertEquals(
        message, assertThrows(InputException.class, () -> TrainingHistory.read(file)).getMessage());
  }
}
