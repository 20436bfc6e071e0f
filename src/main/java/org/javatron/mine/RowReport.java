package org.javatron.mine;

import java.util.EnumMap;
import java.util.Map;

/**
 * What was written, and what was found on the way: counts, each with its first example. Not
 * thread-safe.
 */
public final class RowReport {
  private final Map<Finding, Count> findings = new EnumMap<>(Finding.class);
  private long rows;
  private long positives;
  private long negatives;

  /**
   * How often something was found.
   *
   * @param times the count, at least 1
   * @param example the id of the first query or passage
   */
  public record Count(long times, String example) {}

  RowReport() {}

  void count(Finding finding, String example) {
    findings.merge(finding, new Count(1, example), (a, b) -> new Count(a.times() + 1, a.example()));
  }

  void row(int rowPositives, int rowNegatives) {
    rows++;
    positives += rowPositives;
    negatives += rowNegatives;
  }

  /** Adds what came after. */
  void add(RowReport later) {
    rows += later.rows;
    positives += later.positives;
    negatives += later.negatives;
    later.findings.forEach(
        (finding, count) ->
            findings.merge(
                finding, count, (a, b) -> new Count(a.times() + b.times(), a.example())));
  }

  /**
   * Rows written.
   *
   * @return their number
   */
  public long rows() {
    return rows;
  }

  /**
   * Positives in all rows.
   *
   * @return their number
   */
  public long positives() {
    return positives;
  }

  /**
   * Negatives in all rows.
   *
   * @return their number
   */
  public long negatives() {
    return negatives;
  }

  /**
   * What was found.
   *
   * @return counts in the order of {@link Finding}; without what was not found
   */
  public Map<Finding, Count> findings() {
    return findings;
  }
}
