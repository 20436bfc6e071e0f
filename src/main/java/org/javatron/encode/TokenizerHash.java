package org.javatron.encode;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.javatron.io.Sha256;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.Vocabulary;

/** Names a tokenizer by what decides its ids: the vocabulary and the options. */
final class TokenizerHash {
  private TokenizerHash() {}

  /** 64 hexadecimal digits, equal for tokenizers that give every text the same ids. */
  static String of(BertTokenizer tokenizer) {
    MessageDigest digest = Sha256.digest();
    Vocabulary vocabulary = tokenizer.vocabulary();
    for (int id = 0; id < vocabulary.size(); id++) {
      digest.update((vocabulary.token(id) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    digest.update(tokenizer.options().toString().getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest());
  }
}
