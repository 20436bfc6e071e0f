package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.javatron.testing.Peers;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenBuffer;
import org.javatron.weights.BertConfig;
import org.javatron.weights.Dtype;
import org.javatron.weights.ModelManifest;
import org.javatron.weights.Pooling;
import org.javatron.weights.SafetensorsFile;
import org.javatron.weights.TensorInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitCommandTest {
  private static final List<Object> TINY =
      List.of("--layers", 2, "--hidden", 8, "--heads", 2, "--max-positions", 16);

  @TempDir Path folder;
  private Path vocab;
  private Path model;

  @BeforeEach
  void files() throws IOException {
    vocab =
        Files.writeString(
            folder.resolve("v.txt"), "[UNK]\n[PAD]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\nab\n");
    model = folder.resolve("m");
  }

  private CliResult init(Object... more) {
    Object[] words = {"init", "--vocab", vocab, "--output", model};
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CliResult.of(all);
  }

  private CliResult tiny(Object... more) {
    return init(
        java.util.stream.Stream.concat(TINY.stream(), java.util.Arrays.stream(more)).toArray());
  }

  private float[] tensor(String name) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(model.resolve("model.safetensors"))) {
      FloatBuffer values = FloatBuffer.allocate((int) file.tensors().get(name).elements());
      file.read(name, 0, values);
      return values.array();
    }
  }

  @Test
  void writesWhatEveryCommandOpens() throws IOException {
    CliResult result = tiny("--pooling", "mean", "--normalize");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(
        result.err().startsWith("init: 2 layers of width 8, 10 pieces, 1,984 parameters, "),
        result.err());
    BertConfig config = BertConfig.read(model.resolve("config.json"));
    assertEquals(new BertConfig(10, 8, 2, 2, 32, 16, 2, 1e-12, 0.1, 0.1, 0.02), config);
    ModelManifest manifest = ModelManifest.read(model);
    assertEquals(Pooling.MEAN, manifest.pooling());
    assertTrue(manifest.normalize());
    assertEquals(16, manifest.queryMaxLength());
    assertEquals(16, manifest.passageMaxLength());
    assertEquals("[SEP]", manifest.separator());
    assertEquals("random weights, seed 42", manifest.provenance().source());
    assertEquals(0, CliResult.of("inspect", "--model", model).exitCode());
    Path queries = Files.writeString(folder.resolve("q.tsv"), "1\tab ba\n2\tb\n");
    Path output = folder.resolve("e");
    result = CliResult.of("encode", "--model", model, "--queries", queries, "--output", output);
    assertEquals(0, result.exitCode(), result.err());
  }

  @Test
  void theWeightsAreNormalButForBiasesLayerNormAndPadding() throws IOException {
    init("--layers", 1, "--initializer-range", 0.5);
    try (SafetensorsFile file = SafetensorsFile.open(model.resolve("model.safetensors"))) {
      for (TensorInfo info : file.tensors().values()) {
        float[] values = tensor(info.name());
        if (info.name().endsWith(".bias")) {
          assertArrayEquals(new float[values.length], values, info.name());
        } else if (info.name().endsWith("LayerNorm.weight")) {
          for (float value : values) {
            assertEquals(1, value, info.name());
          }
        } else if (values.length > 10_000) {
          double squares = 0;
          double sum = 0;
          double beyondTwo = 0;
          for (float value : values) {
            sum += value;
            squares += value * value;
            beyondTwo += Math.abs(value) > 1 ? 1 : 0;
          }
          assertEquals(0, sum / values.length, 0.02, info.name());
          assertEquals(0.5, Math.sqrt(squares / values.length), 0.01, info.name());
          assertEquals(0.0455, beyondTwo / values.length, 0.01, info.name());
        }
      }
    }
    float[] words = tensor("embeddings.word_embeddings.weight");
    Random random = new Random(42);
    for (int i = 0; i < words.length; i++) {
      float drawn = (float) (random.nextGaussian() * 0.5);
      assertEquals(i / 128 == 1 ? 0 : drawn, words[i], "the second piece is [PAD]");
    }
  }

  @Test
  void aSeedGivesTheSameFileAgainAndAnotherSeedAnother() throws IOException {
    tiny();
    String first = ModelManifest.read(model).weightsSha256();
    tiny("--force");
    assertEquals(first, ModelManifest.read(model).weightsSha256());
    tiny("--force", "--seed", 43);
    assertNotEquals(first, ModelManifest.read(model).weightsSha256());
  }

  @Test
  void halfPrecisionIsTheSameNumbersRounded() throws IOException {
    tiny();
    float[] whole = tensor("encoder.layer.1.output.dense.weight");
    tiny("--force", "--dtype", "float16");
    float[] half = tensor("encoder.layer.1.output.dense.weight");
    assertArrayEquals(whole, half, 3.1e-5f);
    assertFalse(java.util.Arrays.equals(whole, half));
    try (SafetensorsFile file = SafetensorsFile.open(model.resolve("model.safetensors"))) {
      assertEquals(
          java.util.Set.of(Dtype.F16),
          file.tensors().values().stream().map(TensorInfo::dtype).collect(Collectors.toSet()));
    }
  }

  @Test
  void sizesComeFromAConfigToo() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("config.json"),
            "{\"model_type\": \"bert\", \"vocab_size\": 99, \"hidden_size\": 4,"
                + " \"num_attention_heads\": 2, \"num_hidden_layers\": 1, \"intermediate_size\": 6,"
                + " \"hidden_dropout_prob\": 0.3, \"max_position_embeddings\": 64}");
    CliResult result = init("--config", config);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        new BertConfig(10, 4, 1, 2, 6, 64, 2, 1e-12, 0.3, 0.1, 0.02),
        BertConfig.read(model.resolve("config.json")));
    assertEquals(32, ModelManifest.read(model).queryMaxLength());
    assertEquals(64, ModelManifest.read(model).passageMaxLength());
    result = init("--config", config, "--layers", 2, "--force");
    assertEquals(2, result.exitCode());
    assertTrue(
        result.err().contains("--config has all sizes: leave the options of single ones out"),
        result.err());
  }

  @Test
  void theTokenizerIsThatOfTheVocabulary() throws IOException {
    tiny("--cased");
    for (Map.Entry<String, List<Integer>> text :
        Map.of("ab", List.of(9), "AB", List.of(0), "ba", List.of(6, 7)).entrySet()) {
      TokenBuffer ids = new TokenBuffer();
      BertTokenizer.load(model).tokens(text.getKey(), 10, ids);
      assertEquals(text.getValue(), java.util.Arrays.stream(ids.toArray()).boxed().toList());
    }
  }

  @Test
  void aWidthThatTheHeadsDoNotDivideIsRefused() {
    CliResult result = init("--hidden", 10);
    assertEquals(1, result.exitCode());
    assertTrue(
        result.err().contains("hidden_size 10 is not a multiple of num_attention_heads 4"),
        result.err());
    assertFalse(Files.exists(model));
  }

  @Test
  void aBadVocabularyIsRefused() throws IOException {
    Files.writeString(vocab, "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n");
    assertEquals(
        "javatron init: "
            + vocab
            + ": expected the special tokens [[PAD], [UNK], [CLS], [SEP], [MASK]], found no [MASK]\n",
        tiny().err());
    Files.writeString(vocab, "[PAD]\n[UNK]\n[PAD]\n");
    assertEquals(
        "javatron init: "
            + vocab
            + ": line 3: expected a piece that no other line has, found \"[PAD]\"\n",
        tiny().err());
    Files.write(vocab, new byte[] {'a', '\n', (byte) 0xe9, '\n'});
    assertEquals(
        "javatron init: " + vocab + ": expected UTF-8 text, found other bytes\n", tiny().err());
    assertEquals(1, tiny().exitCode());
    assertFalse(Files.exists(model));
  }

  @Test
  void aTypeThatWeightsDoNotHaveIsAUsageError() {
    CliResult result = tiny("--dtype", "int8");
    assertEquals(2, result.exitCode());
    assertTrue(
        result.err().contains("--dtype should be float32, float16 or bfloat16, found int8"),
        result.err());
  }

  @Test
  void aModelThatIsThereStaysUnlessForced() throws IOException {
    tiny();
    CliResult result = tiny("--seed", 1);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron init: " + model + " exists already; --force replaces it\n", result.err());
    assertEquals("random weights, seed 42", ModelManifest.read(model).provenance().source());
  }

  @Test
  @Tag("peers")
  void transformersOpensItAndMissesNothing() throws IOException {
    init();
    List<String> lines = Peers.run("src/test/python/init_model.py", model).lines().toList();
    assertEquals(
        List.of(
            "missing []",
            "unknown []",
            "pieces 10 128 ['ab', 'b', '##a']",
            "padding 0.0",
            "finite True"),
        lines.subList(0, 5));
    assertEquals(5 + 69, lines.size());
    for (String line : lines.subList(5, lines.size())) {
      if (line.contains("dense.weight") || line.contains("self.query.weight")) {
        assertEquals(0.02, Double.parseDouble(line.split(" ")[3]), 0.001, line);
      }
    }
  }
}
