package org.javatron.weights;

/** How the vectors of a text's tokens become the one vector of the text. */
public enum Pooling {
  /** The last layer's vector of the first token, [CLS] (Tevatron, coCondenser). */
  CLS,
  /** The mean of the last layer's vectors over all tokens, [CLS] and [SEP] among them. */
  MEAN
}
