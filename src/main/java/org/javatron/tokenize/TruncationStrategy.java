package org.javatron.tokenize;

/** Which of two texts loses tokens when both together are too long. The left part always stays. */
public enum TruncationStrategy {
  /** The longer one, until both are equally long. */
  LONGEST_FIRST,
  /** The first; the second stays whole. */
  ONLY_FIRST,
  /** The second; the first stays whole. */
  ONLY_SECOND
}
