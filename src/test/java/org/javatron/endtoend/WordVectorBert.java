package org.javatron.endtoend;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.javatron.data.CorpusReader;
import org.javatron.data.TextRecord;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Dtype;
import org.javatron.weights.SafetensorsWriter;

/**
 * A BERT that can retrieve without having been trained: each word of a collection has a random
 * vector and the layers change it little, so a mean-pooled text is nearly a bag of words. Seeded:
 * the same collection gives the same model everywhere.
 */
final class WordVectorBert {
  private static final Map<String, Object> CONFIG =
      Map.of(
          "model_type", "bert",
          "hidden_size", 64,
          "num_hidden_layers", 2,
          "num_attention_heads", 4,
          "intermediate_size", 128,
          "max_position_embeddings", 160,
          "type_vocab_size", 2,
          "hidden_act", "gelu");

  private WordVectorBert() {}

  /** Writes an HF checkpoint, with the pooling of sentence-transformers, to a folder. */
  static void write(Path collection, Path folder) throws IOException {
    List<String> vocabulary = vocabulary(collection);
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.write(folder.resolve("vocab.txt"), vocabulary);
    Map<String, Object> config = new LinkedHashMap<>(CONFIG);
    config.put("vocab_size", vocabulary.size());
    json(folder.resolve("config.json"), config);
    json(folder.resolve("tokenizer_config.json"), Map.of("do_lower_case", true));
    json(
        folder.resolve("1_Pooling/config.json"),
        Map.of("word_embedding_dimension", 64, "pooling_mode_mean_tokens", true));
    json(
        folder.resolve("modules.json"),
        List.of(
            module(0, "", "sentence_transformers.models.Transformer"),
            module(1, "1_Pooling", "sentence_transformers.models.Pooling"),
            module(2, "2_Normalize", "sentence_transformers.models.Normalize")));
    weights(BertConfig.read(folder.resolve("config.json")), folder.resolve("model.safetensors"));
  }

  private static Map<String, Object> module(int index, String path, String type) {
    return Map.of("idx", index, "name", "" + index, "path", path, "type", type);
  }

  private static void json(Path file, Object value) throws IOException {
    new ObjectMapper().writeValue(file.toFile(), value);
  }

  private static List<String> vocabulary(Path collection) throws IOException {
    TreeSet<String> words = new TreeSet<>();
    for (String file : List.of("corpus.tsv", "queries.tsv")) {
      try (CorpusReader reader = CorpusReader.open(collection.resolve(file))) {
        for (TextRecord text = reader.next(); text != null; text = reader.next()) {
          for (String word : text.joined(" ").toLowerCase(Locale.ROOT).split("[^a-z0-9]+")) {
            words.add(word);
          }
        }
      }
    }
    words.remove("");
    List<String> vocabulary = new java.util.ArrayList<>();
    vocabulary.addAll(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", "-", "'"));
    vocabulary.addAll(words);
    return vocabulary;
  }

  private static void weights(BertConfig config, Path file) throws IOException {
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    config.tensorShapes().forEach((name, shape) -> specs.put(name, spec(shape)));
    Random random = new Random(11);
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of("format", "pt"))) {
      for (Map.Entry<String, SafetensorsWriter.Spec> tensor : specs.entrySet()) {
        int size = 1;
        for (long length : tensor.getValue().shape()) {
          size *= (int) length;
        }
        FloatBuffer values = FloatBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
          values.put(value(tensor.getKey(), random));
        }
        writer.write(tensor.getKey(), values.flip());
      }
      writer.commit();
    }
  }

  private static SafetensorsWriter.Spec spec(long[] shape) {
    return new SafetensorsWriter.Spec(Dtype.F32, shape);
  }

  private static float value(String name, Random random) {
    if (name.endsWith("LayerNorm.weight")) {
      return 1;
    }
    double spread = name.equals("embeddings.word_embeddings.weight") ? 1 : 0.05;
    return (float) (spread * random.nextGaussian());
  }
}
