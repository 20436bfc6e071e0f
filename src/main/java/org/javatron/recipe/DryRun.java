package org.javatron.recipe;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.javatron.command.TypedCommand;
import org.javatron.recipe.Recipe.Needs;
import org.javatron.recipe.RecipePlan.PlannedStage;
import org.javatron.recipe.RunState.StageState;
import org.javatron.recipe.RunState.Status;

/**
 * What a run would do, for the terminal.
 *
 * @param plan the recipe here
 * @param state what was done before
 * @param run tells which stages would be left out
 */
record DryRun(RecipePlan plan, RunState state, RecipeRun run) {
  void print(PrintWriter out) throws IOException {
    Recipe recipe = plan.recipe();
    out.println(recipe.name() + ": " + recipe.description());
    for (Map.Entry<String, String> variable : plan.variables().values().entrySet()) {
      out.println("  " + variable.getKey() + "=" + variable.getValue());
    }
    long disk = 0;
    long memory = 0;
    double seconds = 0;
    boolean before = true; // whether all stages so far are done
    int number = 0;
    for (PlannedStage stage : plan.stages()) {
      before &= run.isDone(stage);
      out.printf(
          "%n[%d/%d] %s%s%n", ++number, plan.stages().size(), stage.name(), before ? ": done" : "");
      out.println("$ " + TypedCommand.of(stage.words()));
      print("reads", stage.files().inputs(), out);
      print("writes", stage.files().outputs(), out);
      Needs needs = stage.stage().needs();
      out.println("  expected: " + needs(needs.diskBytes(), needs.memoryBytes(), needs.seconds()));
      if (before) {
        StageState done = state.stages().get(stage.name());
        long peak = done.peakMemoryBytes() == null ? 0 : done.peakMemoryBytes();
        out.println("  took: " + needs(bytes(done), peak, done.seconds()));
      } else {
        disk += needs.diskBytes();
        seconds += needs.seconds();
        memory = Math.max(memory, needs.memoryBytes());
      }
    }
    out.println();
    out.println("still to do, expected: " + needs(disk, memory, seconds));
    if (recipe.measured() != null) {
      out.println("expectations are of: " + recipe.measured());
    }
    out.println(
        "work folder: " + plan.work() + ", " + Units.bytes(free(plan.work())) + " free there");
    out.flush();
  }

  static long bytes(StageState stage) {
    return stage.outputs().values().stream().mapToLong(Fingerprints.Print::bytes).sum();
  }

  /** Says so if the disk is too small for what is still to be made. */
  static void warnOfDisk(RecipePlan plan, RunState state, PrintWriter err) throws IOException {
    long disk = 0;
    for (PlannedStage stage : plan.stages()) {
      StageState known = state.stages().get(stage.name());
      if (known == null || known.status() == Status.BEGUN) {
        disk += stage.stage().needs().diskBytes();
      }
    }
    long free = free(plan.work());
    if (disk > free) {
      err.printf(
          "note: what is still to be made is expected to take %s, but %s has %s free%n",
          Units.bytes(disk), plan.work(), Units.bytes(free));
      err.flush();
    }
  }

  private static void print(String verb, List<Path> files, PrintWriter out) {
    if (!files.isEmpty()) {
      out.println(
          "  "
              + verb
              + " "
              + files.stream().map(Path::toString).distinct().collect(Collectors.joining(", ")));
    }
  }

  private static String needs(long disk, long memory, double seconds) {
    List<String> parts = new ArrayList<>();
    if (disk > 0) {
      parts.add(Units.bytes(disk) + " of disk");
    }
    if (memory > 0) {
      parts.add(Units.bytes(memory) + " of memory");
    }
    if (seconds > 0) {
      parts.add(Units.seconds(seconds));
    }
    return parts.isEmpty() ? "nothing worth saying" : String.join(", ", parts);
  }

  private static long free(Path folder) throws IOException {
    Path existing = RecipePlan.normal(folder);
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    return Files.getFileStore(existing).getUsableSpace();
  }
}
