package org.javatron.train;

import java.util.List;
import org.javatron.model.TextEncoder;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;

/** Counts tokens: an encoder whose inner products are easy to foretell. */
final class BagOfWords implements TextEncoder {
  static final Vocabulary VOCABULARY =
      Vocabulary.of(
          List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "e", "f"));
  static final BertTokenizer TOKENIZER = BertTokenizer.of(VOCABULARY, TokenizerOptions.uncased());

  /** [CLS] and [SEP], which every text has, count nothing. */
  private static final int FIRST_WORD = 5;

  @Override
  public int dim() {
    return VOCABULARY.size();
  }

  @Override
  public int maxTokensPerBatch() {
    return 40;
  }

  @Override
  public void encode(List<int[]> sequences, float[] out, int outOffset) {
    for (int i = 0; i < sequences.size(); i++) {
      for (int token : sequences.get(i)) {
        out[outOffset + i * dim() + token] += token < FIRST_WORD ? 0 : 1;
      }
    }
  }
}
