package org.javatron.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.io.InputException;
import org.javatron.weights.ModelLayout;
import org.javatron.weights.ModelManifest;

/**
 * The folder a training writes: checkpoints while it runs, the trained model at its end, and
 * trainer_state.json last of all, which says that it is finished.
 *
 * @param folder the folder
 * @param settings whether it may hold something already
 */
record TrainingOutput(Path folder, CheckpointSettings settings) {
  Checkpoints checkpoints() {
    return new Checkpoints(folder);
  }

  /** Refuses a folder that holds what nobody said to continue or replace. */
  void check(Path model) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new InputException(folder + " is a file; expected a folder to write to");
    }
    if (Files.isDirectory(folder) && Files.isDirectory(model) && Files.isSameFile(folder, model)) {
      throw new InputException(
          folder + " is the model to begin with; expected another folder for the trained one");
    }
    if (!settings.resume() && !settings.force() && !isEmpty()) {
      throw new InputException(
          folder
              + " is not empty: go on with the training in it by --resume, or replace it by"
              + " --force");
    }
  }

  private boolean isEmpty() throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.findAny().isEmpty();
    }
  }

  /** Where to go on: the state in the newest checkpoint; null to begin at the beginning. */
  TrainerState start(ObjectNode identity) throws IOException {
    Files.createDirectories(folder);
    checkpoints().removeRemains();
    if (!settings.resume()) {
      removeEarlierTraining();
      return null;
    }
    if (Files.exists(folder.resolve(TrainerState.FILE))) {
      TrainerState finished = TrainerState.read(folder);
      finished.requireSame(identity, folder);
      return finished;
    }
    List<Long> steps = checkpoints().steps();
    if (steps.isEmpty()) {
      return null;
    }
    Path newest = checkpoints().folder(steps.get(steps.size() - 1));
    TrainerState state = TrainerState.read(newest);
    state.requireSame(identity, newest);
    return state;
  }

  /** Whether the trained model is there. */
  boolean isFinished() {
    return Files.exists(folder.resolve(TrainerState.FILE));
  }

  /** What would be taken for the new training's; other files are left or written over. */
  private void removeEarlierTraining() throws IOException {
    for (String name :
        List.of(
            TrainerState.FILE, ModelManifest.FILE_NAME, ModelLayout.QUERY, ModelLayout.PASSAGE)) {
      Folders.delete(folder.resolve(name));
    }
    for (long step : checkpoints().steps()) {
      checkpoints().remove(step);
    }
  }
}
