package org.javatron.model;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Dtype;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.Provenance;
import org.javatron.weights.SafetensorsWriter;

/**
 * Writes changed weights as a model directory: what {@link WeightLoader} reads, written back.
 *
 * @param source the directory the weights were loaded from, whose other files are copied
 * @param config its sizes
 */
record ModelWriter(Path source, BertConfig config) {
  /** What a directory needs beside weights and javatron.json; copied where it is there. */
  private static final Set<String> COPIED =
      Set.of(
          "config.json",
          "vocab.txt",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  void write(
      Path target,
      Parameters<?> weights,
      Pooling pooling,
      boolean normalize,
      int queryMaxLength,
      int passageMaxLength,
      String separator)
      throws IOException {
    for (String name : COPIED) {
      if (Files.exists(source.resolve(name)) && !source.equals(target)) {
        Files.copy(source.resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    String hash = weights(target.resolve("model.safetensors"), weights);
    Provenance before = ModelManifest.read(source).provenance();
    new ModelManifest(
            pooling,
            normalize,
            queryMaxLength,
            passageMaxLength,
            separator,
            hash,
            new Provenance(
                "trained from " + before.source().replaceFirst("^trained from ", ""),
                before.revision(),
                before.sourceFormat(),
                before.publishedMaxLength(),
                before.writtenBy()))
        .write(target);
  }

  private String weights(Path file, Parameters<?> weights) throws IOException {
    Map<String, long[]> shapes = config.tensorShapes();
    Map<String, SafetensorsWriter.Spec> specs = new LinkedHashMap<>();
    Map<String, List<String>> variables = WeightLoader.variables(config);
    variables
        .values()
        .forEach(
            tensors ->
                tensors.forEach(
                    t -> specs.put(t, new SafetensorsWriter.Spec(Dtype.F32, shapes.get(t)))));
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of("format", "pt"))) {
      for (Map.Entry<String, List<String>> variable : variables.entrySet()) {
        FloatBuffer values = weights.values(variable.getKey());
        int part = values.capacity() / variable.getValue().size();
        int from = 0;
        for (String tensor : variable.getValue()) {
          writer.write(tensor, values.slice(from, part));
          from += part;
        }
      }
      return writer.commit();
    }
  }
}
