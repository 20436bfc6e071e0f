package org.javatron.tokenize;

/** How many tokens of each of two texts stay. Source: Hugging Face tokenizers, truncation.rs. */
final class PairTruncation {
  private PairTruncation() {}

  static int[] lengths(int first, int second, int most, TruncationStrategy strategy) {
    int excess = first + second - most;
    if (excess <= 0) {
      return new int[] {first, second};
    }
    return switch (strategy) {
      case LONGEST_FIRST -> longestFirst(first, second, most);
      case ONLY_FIRST -> new int[] {shortened("first", first, excess), second};
      case ONLY_SECOND -> new int[] {first, shortened("second", second, excess)};
    };
  }

  private static int[] longestFirst(int first, int second, int most) {
    int shorter = Math.min(first, second);
    // The shorter stays whole if it is no more than half; else both share, the odd one to the
    // longer.
    int a = shorter;
    int b = Math.max(shorter, most - shorter);
    if (a + b > most) {
      a = most / 2;
      b = a + most % 2;
    }
    return first > second ? new int[] {b, a} : new int[] {a, b};
  }

  private static int shortened(String which, int length, int excess) {
    if (length <= excess) {
      throw new IllegalArgumentException(
          "the %s text has %d tokens, too few to cut %d of them".formatted(which, length, excess));
    }
    return length - excess;
  }
}
