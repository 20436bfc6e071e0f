package org.javatron.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.javatron.io.AtomicFile;

/**
 * Brings a checkpoint's tokenizer along: vocab.txt, which must be there afterwards, and the
 * settings.
 */
final class TokenizerFiles {
  private static final String VOCABULARY = "vocab.txt";
  private static final String WHOLE = "tokenizer.json";
  private static final String SETTINGS = "tokenizer_config.json";
  private static final List<String> COPIED =
      List.of(VOCABULARY, SETTINGS, WHOLE, "special_tokens_map.json", "added_tokens.json");

  private TokenizerFiles() {}

  /**
   * Copies the files from the first folder that has a vocabulary.
   *
   * @return what was assumed, for the report
   */
  static List<String> copy(List<Path> folders, Path output, BertConfig config) throws IOException {
    Path from = null;
    for (Path folder : folders) {
      if (from == null
          && (Files.exists(folder.resolve(VOCABULARY)) || Files.exists(folder.resolve(WHOLE)))) {
        from = folder;
      }
    }
    if (from == null) {
      throw new WeightFormatException(
          folders.get(0),
          "there is no vocab.txt or tokenizer.json; say where the tokenizer is with --tokenizer");
    }
    for (String name : COPIED) {
      if (Files.exists(from.resolve(name))) {
        Files.copy(from.resolve(name), output.resolve(name));
      }
    }
    List<String> notes = new ArrayList<>();
    if (!Files.exists(output.resolve(VOCABULARY))) {
      writeVocabulary(from.resolve(WHOLE), output.resolve(VOCABULARY));
      notes.add("vocab.txt was made from tokenizer.json");
    }
    checkSize(from, output.resolve(VOCABULARY), config);
    if (!Files.exists(output.resolve(SETTINGS)) && !Files.exists(output.resolve(WHOLE))) {
      writeSettings(output, true, null);
      notes.add("no tokenizer settings: lower-casing assumed, as Transformers does");
    }
    return notes;
  }

  /** Settings of a plain BERT tokenizer; null for a length that nobody knows. */
  static void writeSettings(Path folder, boolean lowercase, Integer maxLength) throws IOException {
    ObjectNode settings = Json.object();
    settings.put("tokenizer_class", "BertTokenizer");
    settings.put("do_lower_case", lowercase);
    if (maxLength != null) {
      settings.put("model_max_length", maxLength);
    }
    Json.write(folder.resolve(SETTINGS), settings);
  }

  /** Newer Transformers save tokenizer.json alone, with the pieces and their ids inside. */
  private static void writeVocabulary(Path whole, Path target) throws IOException {
    ObjectNode json = Json.readObject(whole);
    String type = json.path("model").path("type").asText("(none)");
    if (!type.equals("WordPiece")) {
      throw new WeightFormatException(whole, "expected a WordPiece tokenizer, found " + type);
    }
    JsonNode pieces = json.path("model").path("vocab");
    String[] byId = new String[pieces.size() + json.path("added_tokens").size()];
    for (Map.Entry<String, JsonNode> piece : pieces.properties()) {
      place(whole, byId, piece.getKey(), piece.getValue().asInt(-1));
    }
    for (JsonNode added : json.path("added_tokens")) {
      place(whole, byId, added.path("content").asText(), added.path("id").asInt(-1));
    }
    int size = byId.length;
    while (size > 0 && byId[size - 1] == null) {
      size--; // added tokens are mostly pieces of the vocabulary too
    }
    try (AtomicFile file = AtomicFile.create(target)) {
      for (int id = 0; id < size; id++) {
        if (byId[id] == null || byId[id].contains("\n")) {
          throw new WeightFormatException(whole, "expected a piece for every id, none for " + id);
        }
        file.stream().write((byId[id] + "\n").getBytes(StandardCharsets.UTF_8));
      }
      file.commit();
    }
  }

  private static void place(Path whole, String[] byId, String piece, int id)
      throws WeightFormatException {
    if (id < 0 || id >= byId.length || (byId[id] != null && !byId[id].equals(piece))) {
      throw new WeightFormatException(
          whole, "expected ids from 0 without holes, found " + id + " for \"" + piece + "\"");
    }
    byId[id] = piece;
  }

  private static void checkSize(Path from, Path vocabulary, BertConfig config) throws IOException {
    long pieces;
    try (var lines = Files.lines(vocabulary)) {
      pieces = lines.count();
    }
    if (pieces > config.vocabSize()) {
      throw new WeightFormatException(
          from,
          String.format(
              Locale.ROOT,
              "the vocabulary has %d pieces, but config.json says vocab_size %d",
              pieces,
              config.vocabSize()));
    }
  }
}
