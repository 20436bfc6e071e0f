/**
 * Training rows: for each query its positives and a sample of negatives, from negatives that BM25
 * found or from what a trained model ranks high though it is not relevant (hard negatives).
 *
 * <p>Read {@link org.javatron.mine.TrainingRows} first; {@link org.javatron.mine.CandidateSource}
 * says where negatives come from, {@link org.javatron.mine.RowForm} how a row is written.
 */
package org.javatron.mine;
