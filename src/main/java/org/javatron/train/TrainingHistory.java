package org.javatron.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.InputException;

/**
 * The figures of a training so far, as {@link TrainingLog} wrote them.
 *
 * @param steps what each logged step showed, in order
 * @param evaluations what each held-out evaluation showed, in order
 */
public record TrainingHistory(List<Step> steps, List<Evaluation> evaluations) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * An optimiser step, or the mean of those since the last line.
   *
   * @param step how many optimiser steps were done, from 1
   * @param epoch how many times the training data were seen, with the begun part of one
   * @param loss contrastive cross-entropy in nats; NaN if it is not a number
   * @param learningRate the schedule's rate at this step
   * @param gradientNorm Euclidean norm over all gradients before clipping
   * @param tokensPerSecond tokens of queries and passages trained on in a second
   */
  public record Step(
      long step,
      double epoch,
      double loss,
      double learningRate,
      double gradientNorm,
      double tokensPerSecond) {
    ObjectNode json() {
      ObjectNode line = JSON.createObjectNode().put("step", step);
      put(line, "epoch", epoch);
      put(line, "loss", loss);
      put(line, "learning_rate", learningRate);
      put(line, "gradient_norm", gradientNorm);
      put(line, "tokens_per_second", tokensPerSecond);
      return line;
    }
  }

  /**
   * A held-out evaluation.
   *
   * @param step how many optimiser steps were done before, from 0
   * @param mrr10 MRR@10 on the sample, from 0 to 1
   * @param seconds what it took
   */
  public record Evaluation(long step, double mrr10, double seconds) {
    ObjectNode json() {
      ObjectNode line = JSON.createObjectNode().put("step", step);
      put(line, "mrr@10", mrr10);
      put(line, "eval_seconds", seconds);
      return line;
    }
  }

  /**
   * The loss over the optimiser steps.
   *
   * @return a point for each logged step
   */
  public Curve losses() {
    return Curve.of(steps, Step::step, Step::loss);
  }

  /**
   * The learning rate over the optimiser steps.
   *
   * @return a point for each logged step
   */
  public Curve learningRates() {
    return Curve.of(steps, Step::step, Step::learningRate);
  }

  /**
   * MRR@10 on held-out queries over the optimiser steps.
   *
   * @return a point for each evaluation; none if there was none
   */
  public Curve heldOut() {
    return Curve.of(evaluations, Evaluation::step, Evaluation::mrr10);
  }

  // JSON has no word for NaN and infinities.
  private static void put(ObjectNode line, String name, double value) {
    if (Double.isFinite(value)) {
      line.put(name, value);
    } else {
      line.putNull(name);
    }
  }

  /**
   * Reads the figures of a training, which may be under way: a last line that is not yet whole does
   * not count. Memory: that of the file.
   *
   * @param file metrics.jsonl
   * @return its figures
   * @throws IOException if there is no such file, or a line is not as it must be; the message names
   *     file and line
   */
  public static TrainingHistory read(Path file) throws IOException {
    TrainingHistory history = empty();
    history.add(file, Long.MAX_VALUE);
    return history;
  }

  /** How many bytes the lines before the first of a later step take. */
  static long bytesUntil(Path file, long lastStep) throws IOException {
    return empty().add(file, lastStep);
  }

  private static TrainingHistory empty() {
    return new TrainingHistory(new ArrayList<>(), new ArrayList<>());
  }

  private long add(Path file, long lastStep) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": there is no such file", e);
    }
    int start = 0;
    for (int end = 0, number = 1; end < bytes.length; end++) {
      if (bytes[end] == '\n') {
        String line = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        // What a power cut left at the very end was never counted by a checkpoint.
        if (end == bytes.length - 1 && !isJson(line)) {
          break;
        }
        if (!add(line, file + ":" + number++, lastStep)) {
          break;
        }
        start = end + 1;
      }
    }
    return start;
  }

  private static boolean isJson(String line) {
    try {
      return JSON.readTree(line).isObject();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private boolean add(String line, String place, long lastStep) throws InputException {
    JsonNode figures;
    try {
      figures = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new InputException(place + ": expected a JSON object, found \"" + line + "\"", e);
    }
    long step = figures.path("step").asLong(-1);
    boolean evaluation = figures.has("mrr@10");
    if (step < 0 || !evaluation && !figures.has("loss")) {
      throw new InputException(
          place + ": expected \"step\" with \"loss\" or \"mrr@10\", found " + line);
    }
    if (step > lastStep) {
      return false;
    }
    if (evaluation) {
      evaluations.add(
          new Evaluation(step, number(figures, "mrr@10"), number(figures, "eval_seconds")));
    } else {
      steps.add(
          new Step(
              step,
              number(figures, "epoch"),
              number(figures, "loss"),
              number(figures, "learning_rate"),
              number(figures, "gradient_norm"),
              number(figures, "tokens_per_second")));
    }
    return true;
  }

  private static double number(JsonNode figures, String name) {
    return figures.path(name).asDouble(Double.NaN);
  }
}
