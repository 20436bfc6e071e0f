package org.javatron.recipe;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.javatron.io.InputException;

/**
 * A recipe in a work folder: shown, run, reported.
 *
 * <p>The work folder holds what the stages write, their logs, {@code state.json}, which tells how
 * far the run is, and {@code report.html}. One process at a time works in it.
 */
public final class Reproduction {
  /** The report's name in the work folder. */
  public static final String REPORT = "report.html";

  private final RecipePlan plan;
  private final Commands commands;

  private Reproduction(RecipePlan plan, Commands commands) {
    this.plan = plan;
    this.commands = commands;
  }

  /**
   * Reads a recipe and checks all of it that can be checked before it runs.
   *
   * @param recipe the YAML file
   * @param work the work folder, made when the run begins
   * @param set values of variables, by name
   * @param commands the program's commands
   * @return the recipe, ready to run
   * @throws IOException if the recipe is not as it must be; the message names file and line
   */
  public static Reproduction of(
      Recipe recipe, Path work, Map<String, String> set, Commands commands) throws IOException {
    return new Reproduction(RecipePlan.of(recipe, work, set, commands), commands);
  }

  /**
   * Shows what a run would do: each stage's command, files and needs, and whether it is done.
   *
   * @param out where it is shown
   * @throws IOException if the work folder's state or an input cannot be read
   */
  public void describe(PrintWriter out) throws IOException {
    RunState state = RunState.read(plan.work(), plan.recipe().name());
    new DryRun(plan, state, new RecipeRun(plan, state, commands, out, out)).print(out);
  }

  /**
   * Runs what is not done yet, says the scores and writes the report.
   *
   * @param out where commands, results and scores are shown
   * @param err where errors and progress go
   * @return whether every stage ended well and every score is as expected
   * @throws IOException if an input is missing, another process works in the folder, or the disk
   *     refuses
   */
  public boolean run(PrintWriter out, PrintWriter err) throws IOException {
    Files.createDirectories(plan.work());
    try (FileChannel channel =
        FileChannel.open(
            plan.work().resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock(channel);
      RunState state = RunState.read(plan.work(), plan.recipe().name());
      DryRun.warnOfDisk(plan, state, err);
      if (new RecipeRun(plan, state, commands, out, err).run() != 0) {
        return false;
      }
      List<Verdict> verdicts = Verdict.of(plan, state);
      Verdicts.print(verdicts, plan.variables().changed(), out);
      Path report = plan.work().resolve(REPORT);
      new Report(plan, state, verdicts, Examples.of(plan, commands)).write(report);
      out.printf("%nreport: %s%n", report);
      out.flush();
      return verdicts.stream().noneMatch(verdict -> verdict.outcome() == Verdict.Outcome.FAILED);
    }
  }

  /** Held until the channel is closed, or the process ends, however it ends. */
  private void lock(FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null; // held by this very process
    }
    if (lock == null) {
      throw new InputException(
          plan.work()
              + ": another reproduce works in this folder; wait for it or name another with"
              + " --work");
    }
  }
}
