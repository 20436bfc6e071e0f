package org.javatron.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.javatron.command.TypedCommand;
import org.javatron.io.Sha256;
import org.javatron.recipe.Fingerprints.Print;
import org.javatron.recipe.RecipePlan.PlannedStage;
import org.javatron.recipe.RunState.StageState;
import org.javatron.recipe.RunState.Status;

/**
 * Runs a recipe's stages one after another, each as the command a person would type.
 *
 * <p>A stage's key is a hash of its command, without what differs between machines, and of the
 * contents of its inputs. A stage that was done under the same key and whose outputs are as it left
 * them is not run again. One that was begun under the same key goes on: {@code train} with {@code
 * --resume}, {@code encode} by itself; commands that write whole files begin anew. Whatever another
 * key left is removed first.
 */
final class RecipeRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RecipePlan plan;
  private final Commands commands;
  private final PrintWriter out;
  private final PrintWriter err;
  private final RunState state;
  private final Fingerprints prints;

  /**
   * A run of a plan in its work folder.
   *
   * @param state what earlier runs have done; changed and written as stages are done
   */
  RecipeRun(RecipePlan plan, RunState state, Commands commands, PrintWriter out, PrintWriter err) {
    this.plan = plan;
    this.state = state;
    this.commands = commands;
    this.out = out;
    this.err = err;
    this.prints = new Fingerprints(state.files());
  }

  /**
   * Runs what is not done yet.
   *
   * @return 0, or the exit code of the stage that failed, which is the last that was run
   */
  int run() throws IOException {
    plan.requireInputs();
    state.variables().clear();
    state.variables().putAll(plan.variables().values());
    state.write(plan.work());
    int number = 0;
    for (PlannedStage stage : plan.stages()) {
      number++;
      Map<String, String> inputs = inputs(stage);
      String key = key(stage, inputs);
      out.printf("%n[%d/%d] %s", number, plan.stages().size(), stage.name());
      finishHashing(stage, key);
      if (isDone(stage, key)) {
        out.println(": done before, inputs and options unchanged");
        out.flush();
        continue;
      }
      out.println();
      int code = run(stage, key, inputs);
      if (code != 0) {
        err.printf(
            "%nstage %s failed (exit code %d); what it said is kept in %s; the same command goes on"
                + " from here%n",
            stage.name(), code, log(stage));
        err.flush();
        return code;
      }
    }
    return 0;
  }

  /** Whether a stage would not be run again, as far as can be told before the stages before it. */
  boolean isDone(PlannedStage stage) throws IOException {
    StageState known = state.stages().get(stage.name());
    return known != null && isDone(stage, key(stage, inputs(stage)));
  }

  private boolean isDone(PlannedStage stage, String key) throws IOException {
    StageState known = state.stages().get(stage.name());
    return known != null && known.isDone(key) && outputs(stage).equals(known.outputs());
  }

  private Map<String, String> inputs(PlannedStage stage) throws IOException {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (Path input : stage.files().inputs()) {
      Print print = prints.of(input);
      hashes.put(input.toString(), print == null ? "missing" : print.sha256());
    }
    return hashes;
  }

  private Map<String, Print> outputs(PlannedStage stage) throws IOException {
    Map<String, Print> hashes = new LinkedHashMap<>();
    for (Path output : stage.files().outputs()) {
      Print print = prints.of(output);
      if (print != null) {
        hashes.put(output.toString(), print);
      }
    }
    return hashes;
  }

  private static String key(PlannedStage stage, Map<String, String> inputs) throws IOException {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode words = all.putArray("command");
    stage.portable().forEach(words::add);
    ArrayNode hashes = all.putArray("inputs");
    inputs.values().forEach(hashes::add);
    stage.files().ids().forEach(hashes::add);
    MessageDigest digest = Sha256.digest();
    return HexFormat.of().formatHex(digest.digest(JSON.writeValueAsBytes(all)));
  }

  private int run(PlannedStage stage, String key, Map<String, String> inputs) throws IOException {
    StageState known = state.stages().get(stage.name());
    boolean goesOn = known != null && known.key().equals(key) && known.status() == Status.BEGUN;
    if (!goesOn) {
      for (Path output : stage.files().outputs()) {
        delete(output);
      }
    }
    List<String> words = new ArrayList<>(stage.words());
    if (goesOn && stage.files().resumable()) {
      words.add("--resume");
    } else if (goesOn && stage.files().replacing()) {
      words.add("--force");
    }
    int attempts = goesOn ? known.attempts() + 1 : 1;
    String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    record(stage, begun(key, words, attempts, started, inputs));
    out.println("$ " + TypedCommand.of(words));
    out.flush();
    PeakMemory.reset();
    long begin = System.nanoTime();
    double cpuBegin = cpuSeconds();
    StringWriter answer = new StringWriter();
    int code;
    try (Writer log = log(log(stage), goesOn)) {
      log.write("$ " + TypedCommand.of(words) + System.lineSeparator());
      code =
          commands.run(
              new PrintWriter(new TeeWriter(out, log, answer), true),
              new PrintWriter(new TeeWriter(err, log), true),
              words);
    }
    if (code == 0) {
      double seconds = (System.nanoTime() - begin) / 1e9;
      double cpu = cpuSeconds() - cpuBegin;
      Long peak = PeakMemory.bytes();
      record(
          stage,
          new StageState(
              Status.WRITTEN,
              key,
              words,
              attempts,
              started,
              seconds,
              cpu,
              peak,
              inputs,
              Map.of(),
              json(answer.toString())));
      finishHashing(stage, key);
      out.printf(Locale.ROOT, "%s: %s%n", stage.name(), Units.seconds(seconds));
      out.flush();
    }
    return code;
  }

  /** Hashes what a stage wrote, which takes minutes where it is large. */
  private void finishHashing(PlannedStage stage, String key) throws IOException {
    StageState known = state.stages().get(stage.name());
    if (known != null && known.key().equals(key) && known.status() == Status.WRITTEN) {
      record(stage, known.done(outputs(stage)));
    }
  }

  private static StageState begun(
      String key, List<String> words, int attempts, String started, Map<String, String> inputs) {
    return new StageState(
        Status.BEGUN, key, words, attempts, started, 0, 0, null, inputs, Map.of(), null);
  }

  private void record(PlannedStage stage, StageState stageState) throws IOException {
    state.stages().put(stage.name(), stageState);
    state.write(plan.work());
  }

  /** What a command printed, if it is one JSON object. */
  private static JsonNode json(String answer) {
    try {
      JsonNode node = JSON.readTree(answer);
      return node != null && node.isObject() ? node : null;
    } catch (JsonProcessingException e) {
      return null; // a sentence for people
    }
  }

  private Path log(PlannedStage stage) {
    return plan.work().resolve("logs").resolve(stage.name() + ".log");
  }

  private static Writer log(Path file, boolean goesOn) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.newBufferedWriter(
        file,
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static double cpuSeconds() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e9
        : 0;
  }

  /** Removes what an earlier run of this stage left; it lies below the work folder. */
  private static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      List<Path> all;
      try (Stream<Path> walk = Files.walk(path)) {
        all = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path each : all) {
        Files.delete(each);
      }
    }
  }
}
