package org.javatron.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.TreeSet;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;

/**
 * trainer_state.json: where a training stands. Order, passages and dropout are functions of seed
 * and step, so these numbers are all there is beside weights and optimiser.
 *
 * @param version of this file's form
 * @param step optimiser steps done
 * @param totalSteps optimiser steps of the whole training
 * @param epoch how often the rows were gone through, with the begun part of one
 * @param stepInEpoch steps of the begun epoch that are done: the position in the data
 * @param lossSum sum of the losses since the last line of figures
 * @param lossSteps how many they are
 * @param best the best evaluation so far; null if there was none
 * @param threads threads that computed
 * @param settings all that decides the result, by the options' names
 */
record TrainerState(
    int version,
    long step,
    long totalSteps,
    double epoch,
    long stepInEpoch,
    double lossSum,
    int lossSteps,
    TrainingSummary.Best best,
    int threads,
    ObjectNode settings) {
  /**
   * What stays the same over a training.
   *
   * @param totalSteps its optimiser steps
   * @param settings all that decides the result
   */
  record Run(long totalSteps, ObjectNode settings) {}

  static final String FILE = "trainer_state.json";
  static final int VERSION = 1;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  void write(Path folder) throws IOException {
    try (AtomicFile file = AtomicFile.create(folder.resolve(FILE))) {
      file.stream().write(JSON.writeValueAsBytes(this));
      file.commit();
    }
  }

  static TrainerState read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      if (json.path("version").asInt() != VERSION) {
        throw new InputException(
            file + ": expected version " + VERSION + ", found " + json.path("version"));
      }
      return JSON.treeToValue(json, TrainerState.class);
    } catch (JsonProcessingException e) {
      throw new InputException(
          file + ": expected the state of a training (" + e.getOriginalMessage() + ")", e);
    }
  }

  /** Refuses to go on with other settings, by the name of the first that differs. */
  void requireSame(ObjectNode now, Path folder) throws IOException {
    // Read back, so that numbers have the types that reading gives them.
    JsonNode settingsNow = JSON.readTree(JSON.writeValueAsBytes(now));
    TreeSet<String> names = new TreeSet<>();
    for (Iterator<String> all = settings.fieldNames(); all.hasNext(); ) {
      names.add(all.next());
    }
    settingsNow.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      if (!settings.path(name).equals(settingsNow.path(name))) {
        throw new InputException(
            "%s was made with another %s (%s there, %s now): give what was given then, or begin anew with --force"
                .formatted(folder, name, settings.path(name), settingsNow.path(name)));
      }
    }
  }
}
