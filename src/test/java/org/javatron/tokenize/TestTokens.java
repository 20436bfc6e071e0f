package org.javatron.tokenize;

import java.util.List;

/** A vocabulary small enough to reckon with by hand. */
final class TestTokens {
  static final int PAD = 0;
  static final int UNK = 1;
  static final int CLS = 2;
  static final int SEP = 3;
  static final int MASK = 4;

  /** Ids from 5 on. */
  static final List<String> ALL =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "play", "##ing",
          "##s", ",", "the", "中", "caf", "##e", "[", "]", "sep", "a", "##a");

  private TestTokens() {}

  static Vocabulary vocabulary() {
    return Vocabulary.of(ALL);
  }

  static BertTokenizer uncased() {
    return BertTokenizer.of(vocabulary(), TokenizerOptions.uncased());
  }

  static int[] ids(String... tokens) {
    Vocabulary vocabulary = vocabulary();
    return List.of(tokens).stream().mapToInt(vocabulary::id).toArray();
  }
}
