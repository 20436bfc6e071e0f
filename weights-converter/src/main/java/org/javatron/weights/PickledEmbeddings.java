package org.javatron.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Embeddings as Tevatron's encode.py writes them: a pair of a matrix [N, dim] of float32 or float16
 * and a list of N ids. The matrix is a NumPy array in a Python pickle, or, as the coCondenser
 * tutorial's version has it, a tensor in a file of torch.save's (PyTorch 1.6 or later).
 *
 * <p>Nothing of the pickle is run: only arrays, lists, tuples, texts and numbers can be in it. The
 * values stay in the mapped file; the ids are held in memory. Thread-safe. There is nothing to
 * close.
 *
 * <p>Source: tevatron/driver/encode.py, {@code pickle.dump((encoded, lookup_indices), f)} in
 * Tevatron 0.1.0, {@code torch.save((encoded, lookup_indices), path)} before.
 */
public final class PickledEmbeddings {
  private final MappedFile file;
  private final long offset;
  private final int dim;
  private final Dtype type;
  private final List<String> ids;

  private PickledEmbeddings(MappedFile file, long offset, int dim, Dtype type, List<String> ids) {
    this.file = file;
    this.offset = offset;
    this.dim = dim;
    this.type = type;
    this.ids = ids;
  }

  /**
   * Whether a file begins as a pickle of protocol 2 or later does, or as what torch.save writes.
   *
   * @param path a file
   * @return true if it may be one
   * @throws IOException if it cannot be read
   */
  public static boolean begins(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    if (file.size() < 2) {
      return false;
    }
    ByteBuffer head = ByteBuffer.allocate(2);
    file.read(0, head);
    boolean pickle = head.get(0) == (byte) 0x80 && head.get(1) >= 2 && head.get(1) <= 5;
    return pickle || isZip(head);
  }

  private static boolean isZip(ByteBuffer head) {
    return head.get(0) == 'P' && head.get(1) == 'K';
  }

  /**
   * Reads the pickle, all but the values.
   *
   * @param path the file
   * @return the embeddings
   * @throws WeightFormatException if the pickle is broken, truncated, or holds something else; the
   *     message names the file, what was expected and what was found
   * @throws IOException if the file cannot be read
   */
  public static PickledEmbeddings open(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    ByteBuffer head = ByteBuffer.allocate(2);
    file.read(0, head);
    EmbeddingPair pair = isZip(head) ? EmbeddingPair.ofZip(file) : EmbeddingPair.ofPickle(file);
    Dtype type =
        switch (pair.descr()) {
          case "<f4" -> Dtype.F32;
          case "<f2" -> Dtype.F16;
          default ->
              throw new WeightFormatException(
                  path,
                  "values of type '"
                      + TorchGlobals.printable(pair.descr())
                      + "', expected '<f4' (float32) or '<f2' (float16)");
        };
    long[] shape = pair.shape();
    if (shape.length != 2 || shape[1] < 1 || shape[1] > 1 << 24) {
      throw new WeightFormatException(
          path, "an array of shape " + Arrays.toString(shape) + ", expected rows and values");
    }
    if (TensorInfo.byteCount(shape, type.bytes()) != pair.bytes()) {
      throw new WeightFormatException(
          path,
          String.format("an array of shape %s has %d bytes", Arrays.toString(shape), pair.bytes()));
    }
    if (pair.ids().size() != shape[0]) {
      throw new WeightFormatException(
          path, String.format("%d vectors but %d ids", shape[0], pair.ids().size()));
    }
    return new PickledEmbeddings(file, pair.offset(), (int) shape[1], type, ids(path, pair.ids()));
  }

  private static List<String> ids(Path path, List<?> list) throws WeightFormatException {
    List<String> ids = new ArrayList<>(list.size());
    for (Object id : list) {
      if (!(id instanceof String || id instanceof Integer || id instanceof Long)) {
        throw new WeightFormatException(
            path, "the id of row " + ids.size() + " is neither a text nor a whole number");
      }
      ids.add(id.toString());
    }
    return ids;
  }

  /**
   * The ids.
   *
   * @return one for each row
   */
  public List<String> ids() {
    return ids;
  }

  /**
   * The length of each vector.
   *
   * @return 1 or more
   */
  public int dim() {
    return dim;
  }

  /**
   * Copies values, widened to float32.
   *
   * @param row the first row
   * @param target gets rows until it is full
   * @throws IOException if there are not so many
   */
  public void read(long row, FloatBuffer target) throws IOException {
    FloatReader.read(file, offset + row * dim * type.bytes(), type, target);
  }
}
