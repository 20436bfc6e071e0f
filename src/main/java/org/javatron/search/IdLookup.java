package org.javatron.search;

import java.io.IOException;
import java.util.Arrays;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;

/**
 * From ids to rows: sorted hashes with their rows, 8 bytes a vector, where a map of strings would
 * take over a hundred. Thread-safe.
 */
final class IdLookup {
  private final Vectors vectors;
  private final long[] hashed;

  /**
   * Reads all ids once.
   *
   * @throws IOException if ids cannot be read, or one comes twice; the message names it and the
   *     rows
   */
  IdLookup(Vectors vectors) throws IOException {
    this.vectors = vectors;
    this.hashed = new long[(int) vectors.rows()];
    for (int row = 0; row < hashed.length; row++) {
      hashed[row] = (long) vectors.id(row).hashCode() << 32 | row;
    }
    Arrays.sort(hashed);
    for (int i = 1; i < hashed.length; i++) {
      for (int j = i - 1; j >= 0 && hash(j) == hash(i); j--) {
        requireDifferent((int) hashed[j], (int) hashed[i]);
      }
    }
  }

  private int hash(int index) {
    return (int) (hashed[index] >> 32);
  }

  private void requireDifferent(int first, int second) throws IOException {
    String id = vectors.id(first);
    if (id.equals(vectors.id(second))) {
      throw new InputException(
          String.format("the id \"%s\" comes twice, in rows %d and %d", id, first, second));
    }
  }

  /** The row of an id, or -1 if there is none. */
  int ordinal(String id) throws IOException {
    int found = Arrays.binarySearch(hashed, (long) id.hashCode() << 32);
    for (int i = found < 0 ? -found - 1 : found;
        i < hashed.length && hash(i) == id.hashCode();
        i++) {
      if (vectors.id((int) hashed[i]).equals(id)) {
        return (int) hashed[i];
      }
    }
    return -1;
  }
}
