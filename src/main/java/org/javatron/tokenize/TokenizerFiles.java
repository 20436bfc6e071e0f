package org.javatron.tokenize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.javatron.io.InputException;
import org.javatron.io.TextFiles;

/** Reads a tokenizer from the files of a Hugging Face model. */
final class TokenizerFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LARGEST_VOCABULARY = 10_000_000;

  private final Path folder;
  private final JsonNode tokenizer;
  private final JsonNode config;
  private final JsonNode specialTokens;

  private TokenizerFiles(Path folder) throws IOException {
    this.folder = folder;
    this.tokenizer = read("tokenizer.json");
    this.config = read("tokenizer_config.json");
    this.specialTokens = read("special_tokens_map.json");
  }

  static BertTokenizer load(Path folder) throws IOException {
    TokenizerFiles files = new TokenizerFiles(folder);
    files.refuseOthers();
    Vocabulary vocabulary = files.vocabulary();
    try {
      return BertTokenizer.of(vocabulary, files.options());
    } catch (IllegalArgumentException e) {
      throw new InputException(folder + ": " + e.getMessage(), e);
    }
  }

  private JsonNode read(String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      return MissingNode.getInstance();
    }
    try (InputStream in = TextFiles.open(file)) {
      JsonNode root = JSON.readTree(in);
      if (!root.isObject()) {
        throw new InputException(file + " is not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s is not JSON (line %d, column %d): %s"
              .formatted(
                  file,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
                  e.getOriginalMessage()),
          e);
    }
  }

  private void refuseOthers() throws InputException {
    if (!tokenizer.isMissingNode()) {
      // Older files leave the model's type out.
      expect("model", "WordPiece", "WordPiece");
      expect("normalizer", "BertNormalizer", "none");
      expect("pre_tokenizer", "BertPreTokenizer", "none");
      return;
    }
    String named = config.path("tokenizer_class").asText("BertTokenizer");
    if (!named.endsWith("BertTokenizer")
        && !named.endsWith("BertTokenizerFast")
        && !named.equals("PreTrainedTokenizerFast")) {
      throw new InputException(
          "%s names %s: only BERT's WordPiece tokenizer is supported"
              .formatted(folder.resolve("tokenizer_config.json"), named));
    }
  }

  private void expect(String part, String bert, String ifMissing) throws InputException {
    String type = tokenizer.path(part).path("type").asText(ifMissing);
    if (!type.equals(bert)) {
      throw new InputException(
          "%s has a %s of type %s: only BERT's WordPiece tokenizer (%s) is supported"
              .formatted(folder.resolve("tokenizer.json"), part, type, bert));
    }
  }

  private Vocabulary vocabulary() throws IOException {
    JsonNode entries = tokenizer.path("model").path("vocab");
    if (!entries.isObject()) {
      Path file = folder.resolve("vocab.txt");
      if (!Files.exists(file)) {
        throw new InputException(folder + " has neither a vocab.txt nor a tokenizer.json");
      }
      return Vocabulary.read(file);
    }
    int size = 0;
    for (JsonNode id : entries) {
      if (!id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= LARGEST_VOCABULARY) {
        throw new InputException(
            folder.resolve("tokenizer.json")
                + " gives a token the id "
                + id
                + ": expected 0, 1, 2");
      }
      size = Math.max(size, id.intValue() + 1);
    }
    String[] tokens = new String[size];
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      tokens[entry.getValue().intValue()] = entry.getKey();
    }
    return Vocabulary.of(Arrays.asList(tokens));
  }

  private TokenizerOptions options() {
    TokenizerOptions bert = TokenizerOptions.uncased();
    JsonNode normalizer = tokenizer.path("normalizer");
    JsonNode model = tokenizer.path("model");
    boolean lowercase =
        flag(config.path("do_lower_case"), flag(normalizer.path("lowercase"), bert.lowercase()));
    JsonNode strip =
        config.has("strip_accents")
            ? config.get("strip_accents")
            : normalizer.path("strip_accents");
    String unknown = special("unk_token", model.path("unk_token").asText(bert.unknown()));
    String cls = special("cls_token", bert.cls());
    String separator = special("sep_token", bert.separator());
    String padding = special("pad_token", bert.padding());
    String mask = special("mask_token", bert.mask());
    List<AddedToken> added = addedTokens();
    for (AddedToken token :
        TokenizerOptions.specialTokens(padding, unknown, cls, separator, mask)) {
      if (added.stream().noneMatch(a -> a.content().equals(token.content()))) {
        added.add(token);
      }
    }
    return new TokenizerOptions(
        flag(normalizer.path("clean_text"), bert.cleanText()),
        flag(
            config.path("tokenize_chinese_chars"),
            flag(normalizer.path("handle_chinese_chars"), bert.spaceChinese())),
        // Accents follow the case unless a file decides.
        flag(strip, lowercase),
        lowercase,
        unknown,
        cls,
        separator,
        padding,
        mask,
        model.path("continuing_subword_prefix").asText(bert.continuation()),
        model.path("max_input_chars_per_word").asInt(bert.maxWordLength()),
        maxLength(bert.maxLength()),
        added);
  }

  private static boolean flag(JsonNode node, boolean otherwise) {
    return node.isBoolean() ? node.booleanValue() : otherwise;
  }

  /** A special token's text; files give it bare or as an object. */
  private String special(String name, String otherwise) {
    for (JsonNode node : List.of(config.path(name), specialTokens.path(name))) {
      String text = node.isObject() ? node.path("content").asText("") : node.asText("");
      if (!text.isEmpty() && !node.isNull()) {
        return text;
      }
    }
    return otherwise;
  }

  private int maxLength(int otherwise) {
    // Transformers writes 1e30 for "no bound".
    double length = config.path("model_max_length").asDouble(otherwise);
    return length >= Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) length;
  }

  private List<AddedToken> addedTokens() {
    Map<String, AddedToken> byContent = new LinkedHashMap<>();
    for (JsonNode token : tokenizer.path("added_tokens")) {
      put(byContent, token, token.path("id").asInt(-1));
    }
    for (Map.Entry<String, JsonNode> entry : config.path("added_tokens_decoder").properties()) {
      put(byContent, entry.getValue(), Integer.parseInt(entry.getKey()));
    }
    return new ArrayList<>(byContent.values());
  }

  private static void put(Map<String, AddedToken> tokens, JsonNode token, int id) {
    if (id >= LARGEST_VOCABULARY) {
      throw new IllegalArgumentException(
          "an added token has the id " + id + ", which is too large");
    }
    String content = Objects.requireNonNullElse(token.path("content").textValue(), "");
    if (!content.isEmpty()) {
      tokens.putIfAbsent(
          content,
          new AddedToken(
              content,
              id,
              flag(token.path("single_word"), false),
              flag(token.path("lstrip"), false),
              flag(token.path("rstrip"), false),
              flag(token.path("normalized"), !flag(token.path("special"), false))));
    }
  }
}
