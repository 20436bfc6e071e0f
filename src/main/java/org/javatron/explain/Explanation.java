package org.javatron.explain;

/**
 * Why a passage has its score for a query.
 *
 * @param score the inner product of their vectors, as {@code search} gives it within rounding
 * @param query the query, with what each of its words moves
 * @param passage the passage likewise
 */
public record Explanation(double score, ExplainedText query, ExplainedText passage) {}
