package org.javatron.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;
import org.javatron.recipe.Fingerprints.Known;
import org.javatron.recipe.Fingerprints.Print;

/**
 * How far a run of a recipe is: {@value #FILE} in the work folder, replaced as a whole after each
 * step, so that a killed run leaves the last one.
 *
 * @param version the form of this file, 1
 * @param recipe the recipe's name
 * @param variables the values it was last run with
 * @param stages what is known of each stage, by name
 * @param files the hashes of files that were read, by absolute path
 */
record RunState(
    int version,
    String recipe,
    Map<String, String> variables,
    Map<String, StageState> stages,
    Map<String, Known> files) {
  /** The file's name. */
  static final String FILE = "state.json";

  /** How far a stage is. */
  enum Status {
    /** Its command was begun; what it left may be continued. */
    BEGUN,
    /** Its command has ended well; what it wrote is not hashed yet. */
    WRITTEN,
    /** Its command has ended well, and the hashes of what it wrote are known. */
    DONE
  }

  /**
   * What is known of a stage.
   *
   * @param status how far it is
   * @param key hash of its command and its inputs
   * @param command as it was typed
   * @param attempts how often it was begun since its key last changed
   * @param started when the last attempt began, as ISO 8601 in UTC
   * @param seconds what the last attempt took by the clock
   * @param cpuSeconds the same of the processors, all threads together
   * @param peakMemoryBytes the most the process had resident meanwhile; null where the system does
   *     not tell
   * @param inputs hashes by path
   * @param outputs hashes and sizes by path
   * @param answer what the command printed with {@code --json}, else null
   */
  record StageState(
      Status status,
      String key,
      List<String> command,
      int attempts,
      String started,
      double seconds,
      double cpuSeconds,
      Long peakMemoryBytes,
      Map<String, String> inputs,
      Map<String, Print> outputs,
      JsonNode answer) {
    StageState done(Map<String, Print> hashes) {
      return new StageState(
          Status.DONE,
          key,
          command,
          attempts,
          started,
          seconds,
          cpuSeconds,
          peakMemoryBytes,
          inputs,
          hashes,
          answer);
    }

    boolean isDone(String wanted) {
      return status == Status.DONE && key.equals(wanted);
    }
  }

  private static final int VERSION = 1;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  static RunState empty(String recipe) {
    return new RunState(
        VERSION, recipe, new LinkedHashMap<>(), new LinkedHashMap<>(), new TreeMap<>());
  }

  /** The state in a work folder, or an empty one. */
  static RunState read(Path work, String recipe) throws IOException {
    Path file = work.resolve(FILE);
    if (!Files.exists(file)) {
      return empty(recipe);
    }
    RunState state;
    try {
      state = JSON.readValue(Files.readAllBytes(file), RunState.class);
    } catch (JsonProcessingException e) {
      throw new InputException(
          file
              + ": expected the state of a recipe's run as this version writes it, but "
              + e.getOriginalMessage()
              + "; without this file the run begins anew",
          e);
    }
    if (state.version != VERSION || !state.recipe.equals(recipe)) {
      throw new InputException(
          "%s: expected the state of recipe %s in version %d, found %s in version %d; name another folder with --work"
              .formatted(file, recipe, VERSION, state.recipe, state.version));
    }
    return state;
  }

  void write(Path work) throws IOException {
    try (AtomicFile file = AtomicFile.create(work.resolve(FILE))) {
      file.stream().write(JSON.writeValueAsBytes(this));
      file.stream().write('\n');
      file.commit();
    }
  }
}
