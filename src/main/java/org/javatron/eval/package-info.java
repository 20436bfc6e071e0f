/**
 * How good a run is: MRR, Recall, nDCG, MAP, Success and Precision, equal to trec_eval's and to the
 * MS MARCO script's figures.
 *
 * <p>One metric a file. Each sees a query only as {@link org.javatron.eval.JudgedRanking}: at which
 * ranks the relevant passages stand, and how relevant they are.
 */
package org.javatron.eval;
