package org.javatron.data;

import java.util.Locale;

/** How a run, the ranked passages of each query, is written as text. */
public enum RunFormat {
  /** Tevatron's: {@code qid\tpid\tscore}, best first. */
  TEVATRON,
  /** MS MARCO's: {@code qid\tpid\trank}, ranks from 1; it has no scores. */
  MARCO,
  /** TREC's six columns: {@code qid Q0 pid rank score tag}, ranks from 1. */
  TREC;

  /** The name as people write it, in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
