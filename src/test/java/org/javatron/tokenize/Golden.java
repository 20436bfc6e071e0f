package org.javatron.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The golden files of the tokenizer: see their MANIFEST. */
final class Golden {
  static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  static Path path(String name) {
    try {
      return Path.of(Golden.class.getResource("/golden/tokenizer/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Vocabulary vocabulary() throws IOException {
    return Vocabulary.read(path("vocab.txt"));
  }

  static JsonNode cases() throws IOException {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/tokenizer/cases.json")) {
      return JSON.readTree(in);
    }
  }

  static Map<String, TokenizerOptions> kinds() {
    TokenizerOptions uncased = TokenizerOptions.uncased();
    Map<String, TokenizerOptions> kinds = new LinkedHashMap<>();
    kinds.put("uncased", uncased);
    kinds.put("cased", TokenizerOptions.cased());
    kinds.put("uncased, accents kept", uncased.withStripAccents(false));
    kinds.put("cased, accents stripped", TokenizerOptions.cased().withStripAccents(true));
    kinds.put("CJK not spaced", uncased.withSpaceChinese(false));
    kinds.put("not cleaned", uncased.withCleanText(false));
    return kinds;
  }

  static int[] ints(JsonNode array) {
    return JSON.convertValue(array, int[].class);
  }
}
