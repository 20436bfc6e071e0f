package org.javatron.encode;

import java.util.List;

/**
 * Some consecutive rows of the corpus, tokenised: the unit that is encoded, written and, after a
 * kill, written again.
 *
 * @param ids the texts' ids, in the corpus's order
 * @param sequences token ids of each text with {@code [CLS]} and {@code [SEP]}
 * @param truncated how many texts were longer than the maximum length
 */
record Chunk(List<String> ids, List<int[]> sequences, int truncated) {
  int rows() {
    return ids.size();
  }
}
