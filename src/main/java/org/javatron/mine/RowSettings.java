package org.javatron.mine;

/**
 * How training rows are made; the tutorial's values in brackets.
 *
 * @param form tokens or texts [tokens, 128 at most]
 * @param depth how many of a query's candidates are looked at, once relevant ones are left out
 *     [mined: 200, BM25's: all of them]
 * @param negatives how many of those are drawn [30]; 0 makes rows without negatives
 * @param relevance the smallest judgement that makes a passage a positive [1]
 * @param seed of the draws
 * @param rowsPerShard rows of a file [45000]
 * @param threads workers, at least 1
 */
public record RowSettings(
    RowForm form,
    int depth,
    int negatives,
    int relevance,
    long seed,
    int rowsPerShard,
    int threads) {}
