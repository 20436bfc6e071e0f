package org.javatron.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folders checkpoint-N of a training's output. One appears under its name when everything in it
 * is on disk, and leaves it before anything in it is removed: so a folder of that name is whole.
 *
 * @param output the training's folder
 */
record Checkpoints(Path output) {
  private static final String PREFIX = "checkpoint-";
  private static final String NAME = PREFIX + "[0-9]{1,18}";

  /** Fills a folder. */
  interface Content {
    void write(Path folder) throws IOException;
  }

  /** The steps of the whole checkpoints, ascending. */
  List<Long> steps() throws IOException {
    if (!Files.isDirectory(output)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(output)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.matches(NAME))
          .map(name -> Long.valueOf(name.substring(PREFIX.length())))
          .sorted()
          .toList();
    }
  }

  /** Where the checkpoint of a step stands. */
  Path folder(long step) {
    return output.resolve(PREFIX + step);
  }

  /** Makes a checkpoint; one of the same step, left by an earlier run, is replaced. */
  void write(long step, Content content) throws IOException {
    Path unfinished = output.resolve("." + PREFIX + step + ".tmp");
    Folders.delete(unfinished);
    Files.createDirectories(unfinished);
    content.write(unfinished);
    Folders.force(unfinished);
    remove(step);
    Files.move(unfinished, folder(step), StandardCopyOption.ATOMIC_MOVE);
    Folders.forceEntry(output);
  }

  /** Removes a checkpoint, which is no longer there from the first moment. */
  void remove(long step) throws IOException {
    if (Files.exists(folder(step))) {
      Path old = output.resolve("." + PREFIX + step + ".old");
      Folders.delete(old);
      Files.move(folder(step), old, StandardCopyOption.ATOMIC_MOVE);
      Folders.delete(old);
    }
  }

  /** Removes what a killed run left half written or half removed. */
  void removeRemains() throws IOException {
    if (Files.isDirectory(output)) {
      try (Stream<Path> all = Files.list(output)) {
        for (Path path : all.toList()) {
          if (path.getFileName().toString().matches("\\." + NAME + "\\.(tmp|old)")) {
            Folders.delete(path);
          }
        }
      }
    }
  }

  /**
   * Removes old checkpoints: of those made every so many steps, the newest stay, and beside them
   * the best and the newest of all.
   */
  void prune(CheckpointSettings settings, TrainingSummary.Best best) throws IOException {
    List<Long> steps = steps();
    List<Long> regular = steps.stream().filter(step -> step % settings.everySteps() == 0).toList();
    int kept = settings.limit() == null ? regular.size() : settings.limit();
    List<Long> stay = regular.subList(Math.max(0, regular.size() - kept), regular.size());
    for (long step : steps) {
      boolean newest = step == steps.get(steps.size() - 1);
      if (!newest && !stay.contains(step) && (best == null || best.step() != step)) {
        remove(step);
      }
    }
  }
}
