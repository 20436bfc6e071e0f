package org.javatron.weights;

import java.nio.file.Path;

/**
 * What the caller of a conversion decides; null leaves it to the checkpoint, then to the tutorial's
 * defaults.
 *
 * @param pooling cls or mean; by default sentence-transformers' 1_Pooling, else cls
 * @param normalize L2 norm 1; by default whether there is a 2_Normalize
 * @param queryMaxLength tokens of a query, by default 32
 * @param passageMaxLength tokens of a passage, by default 128
 * @param separator between title and text, by default {@code [SEP]}
 * @param dtype the weights' type; by default each tensor's own
 * @param tokenizer the folder of the tokenizer; by default the model's
 * @param source what the manifest names as the source; by default the folder
 * @param revision the hub's commit
 * @param force whether an existing model may be replaced
 */
record ConvertOptions(
    Pooling pooling,
    Boolean normalize,
    Integer queryMaxLength,
    Integer passageMaxLength,
    String separator,
    Dtype dtype,
    Path tokenizer,
    String source,
    String revision,
    boolean force) {
  /** The length of queries in the tutorial. */
  static final int QUERY_MAX_LENGTH = 32;

  /** The length of passages in the tutorial. */
  static final int PASSAGE_MAX_LENGTH = 128;

  /** What the tutorial puts between title and text. */
  static final String SEPARATOR = "[SEP]";

  /** Everything as the checkpoint says. */
  static final ConvertOptions DEFAULTS =
      new ConvertOptions(null, null, null, null, null, null, null, null, null, false);
}
