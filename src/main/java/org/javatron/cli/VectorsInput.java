package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EncoderSettings;
import org.javatron.embeddings.FaissFile;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.weights.PickledEmbeddings;

/** Vectors that a user names: folders of embeddings, or one file that Faiss or Tevatron wrote. */
final class VectorsInput {
  private VectorsInput() {}

  /** Opens what is there, whatever metric a file says. */
  static Vectors open(List<Path> paths, String what) throws IOException {
    for (Path path : paths) {
      if (Files.isRegularFile(path)) {
        if (paths.size() > 1) {
          throw new InputException(
              path + " is a file; expected folders where several " + what + " are given");
        }
        Vectors file =
            PickledEmbeddings.begins(path) ? PickledVectors.open(path) : FaissFile.open(path);
        if (file.rows() == 0) {
          throw new InputException(path + " holds no " + what);
        }
        return file;
      }
    }
    return EmbeddingsInput.open(paths, what);
  }

  /** The same, to be compared by inner product. */
  static Vectors openForInnerProducts(List<Path> paths, String what) throws IOException {
    Vectors vectors = open(paths, what);
    if (vectors instanceof FaissFile file && !file.innerProduct()) {
      throw new InputException(
          paths.get(0)
              + " is an index by squared distance (IxF2), expected one by inner product (IxFI)");
    }
    return vectors;
  }

  /** Refuses vectors of different making, where both sides say how they were made. */
  static void requireComparable(Vectors queries, Vectors passages) throws InputException {
    if (queries instanceof Embeddings asked && passages instanceof Embeddings searched) {
      try {
        EncoderSettings.requireComparable(asked, searched);
      } catch (InputException e) {
        throw new InputException(
            e.getMessage() + " (--allow-mismatch searches them all the same)", e);
      }
    }
  }

  /** Refuses queries and passages of different lengths. */
  static void requireSameDim(List<Path> queries, Vectors asked, List<Path> passages, Vectors found)
      throws InputException {
    if (asked.dim() != found.dim()) {
      throw new InputException(
          String.format(
              "%s has vectors of %d values but %s has vectors of %d",
              queries.get(0), asked.dim(), passages.get(0), found.dim()));
    }
  }
}
