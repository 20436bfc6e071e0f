package org.javatron.kernels;

import org.bytedeco.javacpp.FloatPointer;

/**
 * Where a head of a sequence has its strips of d columns in packed queries, keys and values.
 *
 * @param qkv [T, 3h]: a token's query, key and value side by side
 * @param from the sequence's first row
 * @param to one more than its last row
 * @param head the head's number
 * @param d columns of a head
 * @param h hidden size
 */
record AttentionHead(Floats qkv, int from, int to, int head, int d, int h) {
  /** The same place in another array of the same shape. */
  AttentionHead in(Floats other) {
    return new AttentionHead(other, from, to, head, d, h);
  }

  /** How many tokens the sequence has. */
  int keys() {
    return to - from;
  }

  /** Values from one token to the next. */
  int stride() {
    return 3 * h;
  }

  /** The head's first column in an array [T, h]. */
  int column() {
    return head * d;
  }

  /** What scores are multiplied with. */
  float scale() {
    return (float) (1 / Math.sqrt(d));
  }

  /** The query of the token in row t. */
  FloatPointer query(int t) {
    return qkv.at((long) t * stride() + column());
  }

  /** The sequence's first key. */
  FloatPointer key() {
    return qkv.at((long) from * stride() + h + column());
  }

  /** The sequence's first value. */
  FloatPointer value() {
    return qkv.at((long) from * stride() + 2L * h + column());
  }

  /** The dropout rule's index of the probability of a token's query with the first key. */
  int index(int t) {
    return (head * keys() + t - from) * keys();
  }
}
