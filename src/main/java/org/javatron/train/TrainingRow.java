package org.javatron.train;

import java.util.List;
import org.javatron.data.TextRecord;

/**
 * A query with passages that answer it and passages that do not.
 *
 * @param queryId null where the row has none
 * @param query text or token ids
 * @param positives 1 or more passages
 * @param negatives hard negatives, 0 or more
 */
record TrainingRow(
    String queryId, TextRecord query, List<TextRecord> positives, List<TextRecord> negatives) {}
