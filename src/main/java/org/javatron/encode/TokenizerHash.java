package org.javatron.encode;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.javatron.io.Sha256;
import org.javatron.tokenize.AddedToken;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;

/** Names a tokenizer by what decides its ids: the vocabulary and the options. */
final class TokenizerHash {
  private TokenizerHash() {}

  /** 64 hexadecimal digits; tokenizers that share them give every text the same ids. */
  static String of(BertTokenizer tokenizer) {
    MessageDigest digest = Sha256.digest();
    Vocabulary vocabulary = tokenizer.vocabulary();
    for (int id = 0; id < vocabulary.size(); id++) {
      digest.update((vocabulary.token(id) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    // Field by field: the maximum length, which decides no id, stays out.
    TokenizerOptions options = tokenizer.options();
    List<Object> rules =
        List.of(
            options.cleanText(),
            options.spaceChinese(),
            options.stripAccents(),
            options.lowercase(),
            options.unknown(),
            options.cls(),
            options.separator(),
            options.continuation(),
            options.maxWordLength());
    digest.update(rules.toString().getBytes(StandardCharsets.UTF_8));
    for (AddedToken token : options.addedTokens()) {
      List<Object> rule =
          List.of(
              token.content(),
              token.id(),
              token.singleWord(),
              token.stripLeft(),
              token.stripRight(),
              token.normalized());
      digest.update(rule.toString().getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
