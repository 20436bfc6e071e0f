package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.javatron.io.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One BERT, saved by its own libraries in every form, comes out the same bit for bit. */
class GoldenFormsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "safetensors",
        "safetensors-shards",
        "torch-zip",
        "torch-shards",
        "torch-gamma-beta",
        "torch-parameters",
        "torch-scattered",
        "torch-legacy-scattered",
        "torch-deflated",
        "sentence-transformers"
      })
  void float32(String form) throws IOException {
    convertAndCompare(form, Dtype.F32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"safetensors-float16", "torch-float16"})
  void float16(String form) throws IOException {
    convertAndCompare(form, Dtype.F16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"safetensors-bfloat16", "torch-bfloat16"})
  void bfloat16(String form) throws IOException {
    convertAndCompare(form, Dtype.BF16);
  }

  private void convertAndCompare(String form, Dtype dtype) throws IOException {
    Path output = folder.resolve("model");
    Golden.convert(Golden.form(form), output);
    try (SafetensorsFile file = SafetensorsFile.open(output.resolve("model.safetensors"))) {
      assertEquals(Golden.expected(dtype), Golden.digests(file));
      assertEquals("pt", file.metadata().get("format"));
      for (TensorInfo tensor : file.tensors().values()) {
        assertEquals(dtype, tensor.dtype(), tensor.name());
      }
    }
    assertEquals(
        dtype.torchName(), Json.readObject(output.resolve("config.json")).get("dtype").asText());
    ModelManifest manifest = ModelManifest.read(output);
    assertEquals(Sha256.of(output.resolve("model.safetensors")), manifest.weightsSha256());
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch-masked-lm", "torch-legacy"})
  void aMaskedLanguageModelLosesItsHeadAndHasNoPooler(String form) throws IOException {
    Path output = folder.resolve("model");
    Golden.Result result = Golden.convert(Golden.form(form), output);
    try (SafetensorsFile file = SafetensorsFile.open(output.resolve("model.safetensors"))) {
      assertEquals(Golden.expectedWithoutPooler(Dtype.F32), Golden.digests(file));
    }
    assertTrue(
        result.err().contains("unused (buffer): bert.embeddings.position_ids"), result.err());
    assertTrue(result.err().contains("unused (pre-training head): cls."), result.err());
    assertTrue(
        result.err().contains("missing: pooler.dense.weight, pooler.dense.bias"), result.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16", "bfloat16"})
  void narrowingRoundsAsPyTorchDoes(String dtype) throws IOException {
    Path output = folder.resolve("model");
    Golden.convert(Golden.form("torch-zip"), output, "--dtype", dtype);
    try (SafetensorsFile file = SafetensorsFile.open(output.resolve("model.safetensors"))) {
      Dtype narrow = dtype.equals("float16") ? Dtype.F16 : Dtype.BF16;
      assertEquals(Golden.expected(narrow), Golden.digests(file));
      assertEquals(narrow, file.tensor("pooler.dense.bias").dtype());
    }
  }

  @Test
  void anUntiedPairHasTwoModelsAndOneTokenizer() throws IOException {
    Path output = folder.resolve("model");
    Golden.convert(Golden.form("untied"), output);
    assertEquals(output.resolve("query_model"), ModelLayout.queryEncoder(output));
    for (Path encoder :
        new Path[] {ModelLayout.queryEncoder(output), ModelLayout.passageEncoder(output)}) {
      try (TensorSource file = Checkpoint.open(encoder)) {
        assertEquals(Golden.expected(Dtype.F32), Golden.digests(file));
      }
      assertTrue(encoder.resolve("vocab.txt").toFile().isFile());
      assertEquals(Pooling.CLS, ModelManifest.read(encoder).pooling());
    }
  }

  @Test
  void theFilesAreThoseOfTheManifest() throws IOException {
    int files = 0;
    for (String line : Golden.manifest()) {
      if (line.matches("[0-9a-f]{64}  .+")) {
        assertEquals(line.substring(0, 64), Sha256.of(Golden.form(line.substring(66))), line);
        files++;
      }
    }
    assertTrue(files > 60, files + " files");
  }
}
