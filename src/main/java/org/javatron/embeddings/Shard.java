package org.javatron.embeddings;

import java.nio.file.Path;

/**
 * Which rows of a collection one folder of embeddings holds: part {@code index} of {@code count}.
 *
 * <p>The parts are contiguous and as even as can be: part {@code i} of {@code n} holds the rows
 * from {@code i * total / n} to {@code (i + 1) * total / n}. A row's <em>ordinal</em> in the
 * collection is {@code firstRow()} plus its row in the part, so the parts, opened in order, are the
 * collection.
 *
 * @param index which part, 0 to {@code count - 1}
 * @param count how many parts there are, 1 or more
 * @param totalRows rows of all parts together, 0 or more
 */
public record Shard(int index, int count, long totalRows) {
  /**
   * Checks that there is such a part.
   *
   * @param index which part
   * @param count how many parts
   * @param totalRows rows of all parts together
   */
  public Shard {
    if (count < 1 || index < 0 || index >= count || totalRows < 0) {
      throw new IllegalArgumentException(
          "no shard " + index + " of " + count + " over " + totalRows + " rows");
    }
  }

  /**
   * The one part of a collection that is not divided.
   *
   * @param rows rows of the collection
   * @return part 0 of 1
   */
  public static Shard whole(long rows) {
    return new Shard(0, 1, rows);
  }

  /**
   * Where the part begins in the collection.
   *
   * @return the ordinal of its first row
   */
  public long firstRow() {
    return boundary(index);
  }

  /**
   * How many rows the part has.
   *
   * @return 0 or more
   */
  public long rows() {
    return boundary(index + 1) - boundary(index);
  }

  /**
   * The folder that holds the part.
   *
   * @param output the folder named by the user for the whole collection
   * @return {@code output} itself for an undivided collection, else {@code
   *     output/shard-<index>-of-<count>}
   */
  public Path directory(Path output) {
    return count == 1 ? output : output.resolve("shard-" + index + "-of-" + count);
  }

  private long boundary(int part) {
    // total * part / count without the overflow.
    return totalRows / count * part + totalRows % count * part / count;
  }
}
