package org.javatron.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.javatron.io.TextFiles;

/**
 * A model directory with the weights that BERT begins its training with: matrices and embeddings
 * from a normal distribution around 0, biases 0, LayerNorm's weights 1 and biases 0, the word
 * embedding of {@code [PAD]} 0.
 *
 * <p>The numbers are those of one {@link Random} with the given seed, {@code nextGaussian} times
 * the standard deviation, through the tensors in the model's order, row by row; Java's
 * specification fixes them, so every Java makes the same file.
 *
 * <p>Source: Transformers, {@code BertPreTrainedModel._init_weights}.
 *
 * @param sizes config.json but for what the vocabulary and the options below decide
 * @param vocabulary vocab.txt, with the five special tokens
 * @param cased whether the tokenizer keeps case and accents
 * @param pooling how tokens become one embedding
 * @param normalize whether embeddings have length 1
 * @param separator what joins title and text of a passage
 * @param dtype how weights are stored; the numbers are rounded to it
 * @param seed of the numbers
 */
record RandomModel(
    ObjectNode sizes,
    Path vocabulary,
    boolean cased,
    Pooling pooling,
    boolean normalize,
    String separator,
    Dtype dtype,
    long seed) {
  private static final List<String> SPECIAL_TOKENS =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  private static final int BLOCK = 1 << 14;

  /** What was written. */
  record Summary(BertConfig config, long parameters, long fileBytes) {}

  /** Writes into an existing empty folder. */
  Summary write(Path folder) throws IOException {
    List<String> pieces = pieces();
    int padding = pieces.indexOf("[PAD]");
    BertConfig config = writeConfig(folder.resolve("config.json"), pieces.size(), padding);
    Files.write(folder.resolve("vocab.txt"), pieces);
    TokenizerFiles.writeSettings(folder, !cased, config.maxPositions());
    Path weights = folder.resolve("model.safetensors");
    String sha256 = writeWeights(weights, config, padding);
    new ModelManifest(
            pooling,
            normalize,
            Math.min(ConvertOptions.QUERY_MAX_LENGTH, config.maxPositions()),
            Math.min(ConvertOptions.PASSAGE_MAX_LENGTH, config.maxPositions()),
            separator,
            sha256,
            new Provenance(
                "random weights, seed " + seed, null, "none", null, Provenance.program()))
        .write(folder);
    long parameters =
        config.tensorShapes().values().stream().mapToLong(RandomModel::elements).sum();
    return new Summary(config, parameters, Files.size(weights));
  }

  private BertConfig writeConfig(Path file, int pieces, int padding) throws IOException {
    ObjectNode json = sizes.deepCopy();
    json.putArray("architectures").add("BertModel");
    json.put("model_type", "bert");
    json.put("vocab_size", pieces);
    json.put("pad_token_id", padding);
    json.put(json.has("dtype") ? "dtype" : "torch_dtype", dtype.torchName());
    Json.write(file, json);
    return BertConfig.read(file);
  }

  private List<String> pieces() throws IOException {
    List<String> pieces;
    try (var lines = TextFiles.reader(vocabulary)) {
      pieces = lines.lines().toList();
    } catch (java.io.UncheckedIOException e) {
      throw new WeightFormatException(vocabulary, "expected UTF-8 text, found other bytes", e);
    }
    Set<String> seen = new HashSet<>();
    for (String piece : pieces) {
      if (piece.isEmpty() || !seen.add(piece)) {
        throw new WeightFormatException(
            vocabulary,
            String.format(
                Locale.ROOT,
                "line %d: expected a piece that no other line has, found \"%s\"",
                seen.size() + 1,
                piece));
      }
    }
    for (String token : SPECIAL_TOKENS) {
      if (!seen.contains(token)) {
        throw new WeightFormatException(
            vocabulary, "expected the special tokens " + SPECIAL_TOKENS + ", found no " + token);
      }
    }
    return pieces;
  }

  private String writeWeights(Path file, BertConfig config, int padding) throws IOException {
    Map<String, long[]> shapes = config.tensorShapes();
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> specs.put(name, new SafetensorsWriter.Spec(dtype, shape)));
    Random random = new Random(seed);
    FloatBuffer block = FloatBuffer.allocate(BLOCK);
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of("format", "pt"))) {
      for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
        String name = tensor.getKey();
        long elements = elements(tensor.getValue());
        // One row of the word embeddings is 0; its random numbers are drawn all the same.
        boolean words = name.equals("embeddings.word_embeddings.weight");
        long zeroRow = words ? padding : -1;
        for (long at = 0; at < elements; at += BLOCK) {
          block.clear().limit((int) Math.min(BLOCK, elements - at));
          for (long i = at; block.hasRemaining(); i++) {
            float value = value(name, config, random);
            block.put(i / config.hiddenSize() == zeroRow ? 0 : value);
          }
          writer.write(name, block.flip());
        }
      }
      return writer.commit();
    }
  }

  private static float value(String tensor, BertConfig config, Random random) {
    if (tensor.endsWith(".bias")) {
      return 0;
    }
    return tensor.endsWith("LayerNorm.weight")
        ? 1
        : (float) (random.nextGaussian() * config.initializerRange());
  }

  private static long elements(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return elements;
  }
}
