package org.javatron.train;

import java.io.IOException;
import org.javatron.model.TextEncoder;

/** Says how good a retriever is on queries it is not trained on. */
public interface HeldOut {
  /**
   * Scores the encoders as they are now.
   *
   * @param queryEncoder encodes queries
   * @param passageEncoder encodes passages; the same object where the encoders are tied
   * @return MRR@10, from 0 to 1
   * @throws IOException if a vector is not finite, or memory does not suffice
   */
  double mrr10(TextEncoder queryEncoder, TextEncoder passageEncoder) throws IOException;
}
