package org.javatron.data;

import java.util.List;

/**
 * Passages that may serve as negatives of a query.
 *
 * @param queryId the query
 * @param passageIds the passages, in the order of their file, which is that of their ranks where
 *     they come from a search
 */
public record Negatives(String queryId, List<String> passageIds) {}
