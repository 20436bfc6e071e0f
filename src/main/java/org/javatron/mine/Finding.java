package org.javatron.mine;

/** What may be remarkable about a query or a passage on the way to a training row. */
public enum Finding {
  /** The candidates name a query that nobody judged, or nothing of it is relevant. */
  QUERY_NOT_JUDGED("skipped", "queries without a relevant passage in the qrels"),
  /** The query is not among the queries' texts. */
  QUERY_WITHOUT_TEXT("skipped", "queries without a text"),
  /** No positive is left to learn from. */
  QUERY_WITHOUT_POSITIVE("skipped", "queries none of whose relevant passages is in the corpus"),
  /** Negatives were asked for and there is none. */
  QUERY_WITHOUT_NEGATIVE("skipped", "queries without any negative"),
  /** A relevant passage that the corpus lacks. */
  POSITIVE_NOT_IN_CORPUS("left out", "relevant passages that are not in the corpus"),
  /** A candidate that is relevant: it would teach the wrong thing. */
  CANDIDATE_IS_RELEVANT("left out", "candidates that are relevant to their query"),
  /** A candidate that the corpus lacks. */
  NEGATIVE_NOT_IN_CORPUS("left out", "negatives that are not in the corpus"),
  /** Nobody has candidates for the query: it was not searched for, or BM25's file lacks it. */
  QUERY_WITHOUT_CANDIDATES("note", "judged queries that the negatives' source does not name"),
  /** The row has fewer negatives than asked for; the trainer repeats them. */
  FEW_NEGATIVES("note", "queries with fewer negatives than asked for"),
  /** Lines of one query do not stand together, so it gets several rows. */
  QUERY_AGAIN("note", "times that a query came again and got another row");

  private final String consequence;
  private final String description;

  Finding(String consequence, String description) {
    this.consequence = consequence;
    this.description = description;
  }

  /**
   * What becomes of it.
   *
   * @return {@code skipped} (no row), {@code left out} (of a row) or {@code note} (nothing)
   */
  public String consequence() {
    return consequence;
  }

  /**
   * What was found, in the plural.
   *
   * @return words to stand after a count
   */
  public String description() {
    return description;
  }
}
