package org.javatron.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Turns one checkpoint folder into one model directory.
 *
 * <p>Weights are streamed block by block from the mapped source to the new file: the memory used
 * does not depend on the model's size.
 */
final class ModelConverter {
  private static final int BLOCK = 1 << 16;

  private final Path source;
  private final ConvertOptions options;

  ModelConverter(Path source, ConvertOptions options) {
    this.source = source;
    this.options = options;
  }

  /** Writes into an existing empty folder. {@code tokenizers}: where to look, after the source. */
  ConversionReport convert(Path output, List<Path> tokenizers) throws IOException {
    SentenceTransformersConfig published = SentenceTransformersConfig.read(source);
    Path folder = published.transformer();
    Path configFile = folder.resolve("config.json");
    BertConfig config = BertConfig.read(configFile);
    refuseProjection(folder);
    refuseLength(configFile, config, "--query-max-length", options.queryMaxLength());
    refuseLength(configFile, config, "--passage-max-length", options.passageMaxLength());
    List<String> notes = new ArrayList<>(published.notes());
    try (TensorSource weights = Checkpoint.open(folder)) {
      TensorPlan plan = TensorPlan.of(weights, config);
      Map<String, SafetensorsWriter.Spec> specs = specs(plan);
      List<Path> places = new ArrayList<>();
      if (options.tokenizer() != null) {
        places.add(options.tokenizer());
      }
      places.add(folder);
      places.add(source);
      places.addAll(tokenizers);
      notes.addAll(TokenizerFiles.copy(places, output, config));
      String sha256 = writeWeights(weights, plan, specs, output.resolve("model.safetensors"));
      writeConfig(configFile, specs, output.resolve("config.json"));
      ModelManifest manifest = manifest(published, weights.format(), sha256);
      manifest.write(output);
      Map<String, Dtype> written = new LinkedHashMap<>();
      specs.forEach((name, spec) -> written.put(name, spec.dtype()));
      return new ConversionReport(
          source.toString(), weights.format(), plan, written, manifest, notes);
    }
  }

  /**
   * Tevatron's --add_pooler trains a projection of its own, without which the vectors are others.
   */
  static void refuseProjection(Path folder) throws WeightFormatException {
    if (Files.exists(folder.resolve("pooler_config.json"))) {
      throw new WeightFormatException(
          folder.resolve("pooler_config.json"),
          "the model has a projection after pooling (Tevatron's --add_pooler), which is not"
              + " supported");
    }
  }

  private static void refuseLength(Path file, BertConfig config, String option, Integer length)
      throws WeightFormatException {
    if (length != null && length > config.maxPositions()) {
      throw new WeightFormatException(
          file,
          "the model has positions for "
              + config.maxPositions()
              + " tokens, but "
              + option
              + " is "
              + length);
    }
  }

  private Map<String, SafetensorsWriter.Spec> specs(TensorPlan plan) {
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    plan.used()
        .forEach(
            (name, tensor) -> {
              Dtype dtype = options.dtype() == null ? tensor.dtype() : options.dtype();
              specs.put(name, new SafetensorsWriter.Spec(dtype, tensor.shape()));
            });
    return specs;
  }

  private static String writeWeights(
      TensorSource weights, TensorPlan plan, Map<String, SafetensorsWriter.Spec> specs, Path target)
      throws IOException {
    FloatBuffer block = FloatBuffer.allocate(BLOCK);
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(target, specs, Map.of("format", "pt"))) {
      for (Map.Entry<String, TensorInfo> entry : plan.used().entrySet()) {
        TensorInfo tensor = entry.getValue();
        for (long at = 0; at < tensor.elements(); at += BLOCK) {
          block.clear().limit((int) Math.min(BLOCK, tensor.elements() - at));
          weights.read(tensor.name(), at, block);
          checkFinite(weights, tensor, at, block.flip());
          writer.write(entry.getKey(), block);
        }
      }
      return writer.commit();
    }
  }

  private static void checkFinite(
      TensorSource weights, TensorInfo tensor, long at, FloatBuffer values)
      throws WeightFormatException {
    for (int i = 0; i < values.limit(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw new WeightFormatException(
            weights.file(),
            String.format(
                Locale.ROOT,
                "tensor %s holds %s at element %d; expected finite weights",
                tensor.name(),
                values.get(i),
                at + i));
      }
    }
  }

  /** The source's config.json, with the class and type of what was written. */
  private static void writeConfig(
      Path configFile, Map<String, SafetensorsWriter.Spec> specs, Path target) throws IOException {
    ObjectNode json = Json.readObject(configFile);
    json.putArray("architectures").add("BertModel");
    json.put("model_type", "bert");
    String dtype = specs.values().iterator().next().dtype().torchName();
    // The key changed its name in Transformers 4.56; a file keeps the one it has.
    json.put(json.has("dtype") ? "dtype" : "torch_dtype", dtype);
    Json.write(target, json);
  }

  private ModelManifest manifest(SentenceTransformersConfig published, String format, String sha256)
      throws IOException {
    Pooling pooling = published.pooling() == null ? Pooling.CLS : published.pooling();
    boolean again = Files.exists(source.resolve(ModelManifest.FILE_NAME));
    ModelManifest own = again ? ModelManifest.read(source) : null;
    return new ModelManifest(
        or(options.pooling(), again ? own.pooling() : pooling),
        or(options.normalize(), again ? own.normalize() : published.normalize()),
        or(
            options.queryMaxLength(),
            again ? own.queryMaxLength() : ConvertOptions.QUERY_MAX_LENGTH),
        or(
            options.passageMaxLength(),
            again ? own.passageMaxLength() : ConvertOptions.PASSAGE_MAX_LENGTH),
        or(options.separator(), again ? own.separator() : ConvertOptions.SEPARATOR),
        sha256,
        new Provenance(
            or(options.source(), source.toString()),
            options.revision(),
            format,
            published.maxLength(),
            Provenance.program()));
  }

  private static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
