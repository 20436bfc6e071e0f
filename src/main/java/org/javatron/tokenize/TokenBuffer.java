package org.javatron.tokenize;

import java.util.Arrays;

/**
 * A growing list of token ids that a caller uses again and again, so that tokenizing allocates
 * nothing once it has grown to the longest text. One per thread.
 */
public final class TokenBuffer {
  int[] ids = new int[256];
  int size;

  /** The text being tokenized. */
  private char[] chars = new char[1024];

  /** An empty buffer. */
  public TokenBuffer() {}

  /** Forgets the ids, keeps the room. */
  public void clear() {
    size = 0;
  }

  /**
   * How many ids it holds.
   *
   * @return the count
   */
  public int size() {
    return size;
  }

  /**
   * One id.
   *
   * @param index 0 to {@code size() - 1}
   * @return the id
   */
  public int get(int index) {
    return ids[index];
  }

  /**
   * A copy of the ids.
   *
   * @return a new array of {@code size()} ids
   */
  public int[] toArray() {
    return Arrays.copyOf(ids, size);
  }

  /**
   * Copies the ids into the caller's array.
   *
   * @param target takes the ids
   * @param offset where the first goes
   */
  public void copyTo(int[] target, int offset) {
    System.arraycopy(ids, 0, target, offset, size);
  }

  /**
   * Appends ids that are tokenized already.
   *
   * @param tokens the ids
   * @param most how many of them at most, from the first
   */
  public void append(int[] tokens, int most) {
    for (int i = 0; i < Math.min(tokens.length, most); i++) {
      add(tokens[i]);
    }
  }

  void add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = id;
  }

  /** The text's chars, from 0, in an array that may be longer. */
  char[] chars(String text) {
    int length = text.length();
    if (length > chars.length) {
      chars = new char[Math.max(length, 2 * chars.length)];
    }
    text.getChars(0, length, chars, 0);
    return chars;
  }
}
