package org.javatron.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a sentence-transformers folder says of the use of its model.
 *
 * @param transformer the folder of the BERT itself
 * @param pooling cls or mean; null where the folder is no sentence-transformers one
 * @param normalize whether a Normalize module comes last
 * @param maxLength max_seq_length in tokens; null where none is given
 * @param notes what the folder asks for that Javatron does not do by itself
 */
record SentenceTransformersConfig(
    Path transformer, Pooling pooling, boolean normalize, Integer maxLength, List<String> notes) {
  private static final String KEY_PREFIX = "pooling_mode_";

  /** Reads modules.json and what it names; without it, a plain checkpoint. */
  static SentenceTransformersConfig read(Path folder) throws IOException {
    Path modules = folder.resolve("modules.json");
    if (!Files.exists(modules)) {
      return new SentenceTransformersConfig(folder, null, false, null, List.of());
    }
    JsonNode list = Json.read(modules);
    Path transformer = null;
    Pooling pooling = null;
    boolean normalize = false;
    for (JsonNode module : list) {
      String type = module.path("type").asText();
      Path place = inside(folder, modules, module.path("path").asText());
      String name = type.substring(type.lastIndexOf('.') + 1);
      if (name.equals("Transformer") && transformer == null && pooling == null) {
        transformer = place;
      } else if (name.equals("Pooling") && transformer != null && pooling == null) {
        pooling = pooling(place.resolve("config.json"));
      } else if (name.equals("Normalize") && pooling != null) {
        normalize = true;
      } else {
        throw new WeightFormatException(
            modules,
            "module "
                + type
                + " is not supported: expected Transformer, Pooling and perhaps Normalize, in this"
                + " order");
      }
    }
    if (pooling == null) {
      throw new WeightFormatException(modules, "expected a Transformer and a Pooling module");
    }
    List<String> notes = new ArrayList<>();
    notePrompts(folder.resolve("config_sentence_transformers.json"), notes);
    noteLowerCasing(transformer, notes);
    return new SentenceTransformersConfig(
        transformer, pooling, normalize, maxLength(transformer), notes);
  }

  private static Path inside(Path folder, Path modules, String path) throws WeightFormatException {
    Path place = folder.resolve(path).normalize();
    if (!place.startsWith(folder.normalize())) {
      throw new WeightFormatException(modules, "path \"" + path + "\" leads out of the folder");
    }
    return place;
  }

  /** Older files have a boolean per mode, newer ones the mode's name or a list of names. */
  private static Pooling pooling(Path file) throws IOException {
    JsonNode json = Json.readObject(file);
    List<String> modes = new ArrayList<>();
    JsonNode mode = json.path("pooling_mode");
    if (mode.isTextual()) {
      modes.add(mode.asText());
    }
    mode.forEach(one -> modes.add(one.asText()));
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (entry.getKey().startsWith(KEY_PREFIX) && entry.getValue().asBoolean()) {
        modes.add(entry.getKey().substring(KEY_PREFIX.length()));
      }
    }
    switch (String.join("+", modes)) {
      case "cls":
      case "cls_token":
        return Pooling.CLS;
      case "mean":
      case "mean_tokens":
        return Pooling.MEAN;
      default:
        throw new WeightFormatException(
            file,
            "pooling is "
                + (modes.isEmpty() ? "not given" : String.join(" and ", modes))
                + "; only cls or mean is supported");
    }
  }

  /** Since version 5 sentence-transformers leaves the length to the tokenizer's settings. */
  private static Integer maxLength(Path transformer) throws IOException {
    Integer length = number(transformer.resolve("sentence_bert_config.json"), "max_seq_length");
    return length != null
        ? length
        : number(transformer.resolve("tokenizer_config.json"), "model_max_length");
  }

  private static Integer number(Path file, String key) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    JsonNode number = Json.readObject(file).path(key);
    return number.isInt() ? number.intValue() : null;
  }

  /** A lower-casing of its own, before a tokenizer that keeps case. */
  private static void noteLowerCasing(Path transformer, List<String> notes) throws IOException {
    Path asked = transformer.resolve("sentence_bert_config.json");
    Path tokenizer = transformer.resolve("tokenizer_config.json");
    if (Files.exists(asked)
        && Files.exists(tokenizer)
        && Json.readObject(asked).path("do_lower_case").asBoolean(false)
        && !Json.readObject(tokenizer).path("do_lower_case").asBoolean(true)) {
      notes.add(
          "the model wants lower-cased texts, but its tokenizer keeps case: lower them first");
    }
  }

  private static void notePrompts(Path file, List<String> notes) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    JsonNode json = Json.readObject(file);
    for (Map.Entry<String, JsonNode> prompt : json.path("prompts").properties()) {
      if (!prompt.getValue().asText().isEmpty()) {
        notes.add(
            "the model names a prompt for "
                + prompt.getKey()
                + ", which is not put before texts by itself: \""
                + prompt.getValue().asText()
                + "\"");
      }
    }
  }
}
