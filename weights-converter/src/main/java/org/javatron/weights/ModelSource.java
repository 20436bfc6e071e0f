package org.javatron.weights;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.InputException;
import org.javatron.weights.hub.HubClient;
import org.javatron.weights.hub.HubOptions;

/**
 * What {@code --model} names: a path if there is one, else a model on the hub.
 *
 * @param path the folder or file
 * @param name what the user called it
 * @param revision the hub's commit; null for a path
 */
record ModelSource(Path path, String name, String revision) {
  static ModelSource find(String model, HubOptions hub, PrintWriter err) throws IOException {
    Path path = Path.of(model);
    if (Files.exists(path)) {
      return new ModelSource(path, model, null);
    }
    if (!HubClient.isModelId(model)) {
      throw new InputException(model + " is neither a file or folder nor the id of a hub model");
    }
    if (model.indexOf('/') < 0) {
      // Hub ids of one word are few; a folder's name, misspelt, is likelier.
      err.println("There is no file or folder " + model + " here; asking the hub for it.");
      err.flush();
    }
    Path snapshot = hub.fetch(model, err);
    // The cache names a snapshot's folder after its commit.
    return new ModelSource(snapshot, model, snapshot.getFileName().toString());
  }
}
