package org.javatron.search;

import java.util.BitSet;

/**
 * Which passages a search may find: Faiss's IDSelector, Lucene's filter. Excluded passages are left
 * out before any place is given, so a search still finds {@code depth} of the others.
 *
 * <p>Implementations answer the same for the same ordinal, from many threads at once.
 */
@FunctionalInterface
public interface Selector {
  /**
   * Whether a passage may be found.
   *
   * @param ordinal its row
   * @return false to leave it out
   */
  boolean accepts(int ordinal);

  /**
   * Whether all of some passages are left out, so that they need not be compared.
   *
   * @param from the first row
   * @param to the row behind the last
   * @return true only if {@link #accepts} is false for each; false says nothing
   */
  default boolean rejectsAll(int from, int to) {
    return false;
  }

  /**
   * Accepts everything.
   *
   * @return the selector
   */
  static Selector all() {
    return ordinal -> true;
  }

  /**
   * Accepts the rows from {@code from} to {@code to - 1}.
   *
   * @param from the first row
   * @param to the row behind the last
   * @return the selector
   */
  static Selector range(int from, int to) {
    return new Selector() {
      @Override
      public boolean accepts(int ordinal) {
        return ordinal >= from && ordinal < to;
      }

      @Override
      public boolean rejectsAll(int first, int last) {
        return last <= from || first >= to;
      }
    };
  }

  /**
   * Accepts the rows whose bits are set.
   *
   * @param rows bit i for row i; copied
   * @return the selector
   */
  static Selector of(BitSet rows) {
    BitSet copy = (BitSet) rows.clone();
    return new Selector() {
      @Override
      public boolean accepts(int ordinal) {
        return copy.get(ordinal);
      }

      @Override
      public boolean rejectsAll(int from, int to) {
        int next = copy.nextSetBit(from);
        return next < 0 || next >= to;
      }
    };
  }

  /**
   * Accepts what this one does not.
   *
   * @return the opposite selector
   */
  default Selector not() {
    return ordinal -> !accepts(ordinal);
  }
}
