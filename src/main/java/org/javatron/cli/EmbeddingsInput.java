package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.javatron.embeddings.Embeddings;
import org.javatron.io.InputException;

/** Embeddings to be searched, opened with what a search must refuse. */
final class EmbeddingsInput {
  private EmbeddingsInput() {}

  static Embeddings open(List<Path> folders, String what) throws IOException {
    Embeddings embeddings = Embeddings.open(folders);
    Set<Path> different = new HashSet<>();
    for (Path folder : embeddings.directories()) {
      if (!different.add(folder.toRealPath())) {
        throw new InputException(folder + " is given twice among the " + what);
      }
    }
    if (embeddings.rows() == 0) {
      throw new InputException(folders.get(0) + " holds no " + what);
    }
    return embeddings;
  }
}
