/**
 * Text to token ids, exactly as BERT's tokenizers do it: clean and split into words, then cut words
 * into the longest pieces of the vocabulary.
 *
 * <p>{@link org.javatron.tokenize.BertTokenizer} is the way in. To read how it works, begin with
 * the plain classes, each one step of the pipeline: {@code Normalizer}, {@code StagedTokenizer},
 * {@code GreedyWordPiece}.
 */
package org.javatron.tokenize;
