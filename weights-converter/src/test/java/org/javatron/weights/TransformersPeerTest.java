package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we write opens in Hugging Face Transformers as it is, and computes the same. */
@Tag("peers")
class TransformersPeerTest {
  private static final String SCRIPT = "weights-converter/src/test/python/compare_models.py";

  @TempDir Path folder;

  @Test
  void everyTinyModelOpensWithEqualTensorsAndOutputs() throws IOException {
    List<Object> arguments = new ArrayList<>(List.of(Golden.form("safetensors")));
    for (String form :
        List.of("torch-zip", "torch-legacy", "torch-parameters", "sentence-transformers")) {
      Golden.convert(Golden.form(form), folder.resolve(form));
      arguments.add(folder.resolve(form));
    }
    Golden.convert(Golden.form("untied"), folder.resolve("untied"));
    arguments.add(ModelLayout.passageEncoder(folder.resolve("untied")));
    String output = Peers.run(SCRIPT, arguments.toArray());
    List<String> lines = output.lines().toList();
    assertEquals(5, lines.size(), output);
    for (String line : lines) {
      assertTrue(line.endsWith("\t37\t37\t0.0\ttorch.float32"), line);
    }
  }

  @Test
  void miniLmConvertsWithEqualTensorsAndOutputs() throws IOException {
    Path source = Peers.miniLm();
    Path output = folder.resolve("m");
    Golden.convert(source, output);
    ModelManifest manifest = ModelManifest.read(output);
    assertEquals(Pooling.MEAN, manifest.pooling());
    assertTrue(manifest.normalize());
    assertEquals(256, manifest.provenance().publishedMaxLength());
    try (TensorSource before = Checkpoint.open(source);
        TensorSource after = Checkpoint.open(output)) {
      assertEquals(103, after.tensors().size());
      assertEquals(Golden.digests(before), Golden.digests(after));
    }
    assertEquals("m\t101\t101\t0.0\ttorch.float32", Peers.run(SCRIPT, source, output).strip());
  }

  @Test
  void miniLmInHalfPrecisionOpensAsSuch() throws IOException {
    Path output = folder.resolve("half");
    Golden.convert(Peers.miniLm(), output, "--dtype", "float16");
    assertEquals(
        "half\t101\t101\t0.0\ttorch.float16", Peers.run(SCRIPT, Peers.miniLm(), output).strip());
  }
}
