package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.javatron.weights.SafetensorsWriter.Spec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
  @TempDir Path folder;
  private Path model;
  private Path output;

  @BeforeEach
  void places() {
    model = folder.resolve("checkpoint");
    output = folder.resolve("model");
  }

  private void set(String file, String key, String value) throws IOException {
    ObjectNode json = Json.readObject(model.resolve(file));
    json.set(key, Json.STRICT.readTree(value));
    Json.write(model.resolve(file), json);
  }

  // What comes out.

  @Test
  void aPlainCheckpointHasTheTutorialsDefaults() throws IOException {
    Golden.Result result = Golden.convert(Golden.form("torch-zip"), output);
    assertEquals("", result.out());
    assertEquals(
        List.of(
            Golden.form("torch-zip")
                + ": PyTorch zip, 39 tensors used, 5,696 parameters, written as float32",
            "  pooling cls, not normalized, queries 32 tokens, passages 128, separator \"[SEP]\"",
            "wrote " + output),
        result.err().lines().toList());
    ModelManifest manifest = ModelManifest.read(output);
    assertEquals(Pooling.CLS, manifest.pooling());
    assertFalse(manifest.normalize());
    assertEquals("[SEP]", manifest.separator());
    assertEquals("PyTorch zip", manifest.provenance().sourceFormat());
    assertEquals(null, manifest.provenance().publishedMaxLength());
  }

  @Test
  void sentenceTransformersSetPoolingAndNormalisation() throws IOException {
    Golden.Result result = Golden.convert(Golden.form("sentence-transformers"), output);
    ModelManifest manifest = ModelManifest.read(output);
    assertEquals(Pooling.MEAN, manifest.pooling());
    assertTrue(manifest.normalize());
    assertEquals(24, manifest.provenance().publishedMaxLength());
    assertTrue(result.err().contains("note: vocab.txt was made from tokenizer.json"));
    assertEquals(
        Files.readString(Golden.form("torch-zip").resolve("vocab.txt")),
        Files.readString(output.resolve("vocab.txt")));
  }

  @Test
  void olderSentenceTransformersKeepTheTransformerInASubfolder() throws IOException {
    Golden.copy("sentence-transformers", model);
    Path inner = Files.createDirectories(model.resolve("0_Transformer"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.move(model.resolve(name), inner.resolve(name));
    }
    Files.writeString(inner.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 20}");
    String modules = Files.readString(model.resolve("modules.json"));
    Files.writeString(
        model.resolve("modules.json"),
        modules.replace("\"path\": \"\"", "\"path\": \"0_Transformer\""));
    Files.writeString(model.resolve("1_Pooling/config.json"), "{\"pooling_mode_cls_token\": true}");
    Golden.convert(model, output);
    ModelManifest manifest = ModelManifest.read(output);
    assertEquals(Pooling.CLS, manifest.pooling());
    assertEquals(20, manifest.provenance().publishedMaxLength());
  }

  @Test
  void optionsOverrideTheCheckpoint() throws IOException {
    Golden.convert(
        Golden.form("sentence-transformers"),
        output,
        "--pooling",
        "cls",
        "--no-normalize",
        "--query-max-length",
        "16",
        "--passage-max-length",
        "20",
        "--separator",
        " ");
    ModelManifest manifest = ModelManifest.read(output);
    assertEquals(Pooling.CLS, manifest.pooling());
    assertFalse(manifest.normalize());
    assertEquals(16, manifest.queryMaxLength());
    assertEquals(20, manifest.passageMaxLength());
    assertEquals(" ", manifest.separator());
    Golden.convert(Golden.form("torch-zip"), output, "--normalize", "--force");
    assertTrue(ModelManifest.read(output).normalize());
  }

  @Test
  void theReportIsJsonOnRequest() throws IOException {
    Golden.Result result = Golden.convert(Golden.form("torch-legacy"), output, "--json");
    assertEquals("", result.err());
    JsonNode encoder = Json.STRICT.readTree(result.out()).get("encoders").get(0);
    assertEquals("PyTorch legacy", encoder.get("format").asText());
    assertEquals(5424, encoder.get("parameters").asInt());
    assertEquals("float32", encoder.get("dtype").asText());
    assertEquals(
        "bert.encoder.layer.1.output.dense.bias",
        encoder.get("used").get("encoder.layer.1.output.dense.bias").asText());
    assertEquals(7, encoder.get("unused").get("pre-training head").size());
    assertEquals(2, encoder.get("missing").size());
    assertEquals("cls", encoder.get("manifest").get("pooling").asText());
  }

  @Test
  void promptsAreNoted() throws IOException {
    Golden.copy("sentence-transformers", model);
    set("config_sentence_transformers.json", "prompts", "{\"query\": \"search: \"}");
    Golden.Result result = Golden.convert(model, output);
    assertTrue(
        result
            .err()
            .contains(
                "note: the model names a prompt for query, which is not put before texts by itself:"
                    + " \"search: \""),
        result.err());
  }

  @Test
  void aLowerCasingBesideTheTokenizerIsNoted() throws IOException {
    Golden.copy("sentence-transformers", model);
    set("sentence_bert_config.json", "do_lower_case", "true");
    String note = "note: the model wants lower-cased texts";
    assertFalse(Golden.convert(model, output).err().contains(note), "its tokenizer does that");
    set("tokenizer_config.json", "do_lower_case", "false");
    assertTrue(Golden.convert(model, output, "--force").err().contains(note));
  }

  @Test
  void anExistingModelIsReplacedOnlyByForce() throws IOException {
    Golden.convert(Golden.form("torch-zip"), output);
    assertEquals(
        output + " exists already; --force replaces it",
        Golden.refusal(Golden.form("torch-zip"), output));
    Files.createFile(output.resolve("stale"));
    Golden.convert(Golden.form("torch-zip"), output, "--force");
    assertFalse(Files.exists(output.resolve("stale")));
    assertOnly("model");
  }

  @Test
  void aFolderThatIsNoModelIsNeverReplaced() throws IOException {
    Files.createDirectories(output);
    Files.createFile(output.resolve("thesis.tex"));
    assertEquals(
        output + " is not a model directory (it has no javatron.json); it is not replaced",
        Golden.refusal(Golden.form("torch-zip"), output, "--force"));
    assertTrue(Files.exists(output.resolve("thesis.tex")));
  }

  @Test
  void aFailedConversionLeavesTheOldModelAndNothingElse() throws IOException {
    Golden.convert(Golden.form("torch-zip"), output);
    Golden.copy("torch-zip", model);
    Files.delete(model.resolve("vocab.txt"));
    Golden.refusal(model, output, "--force");
    assertEquals("PyTorch zip", ModelManifest.read(output).provenance().sourceFormat());
    assertOnly("checkpoint", "model");
  }

  @Test
  void whatAKilledConversionLeftIsCleared() throws IOException {
    Files.createDirectories(folder.resolve(".model.tmp"));
    Files.createFile(folder.resolve(".model.tmp/model.safetensors"));
    Golden.convert(Golden.form("torch-zip"), output);
    assertOnly("model");
  }

  private void assertOnly(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(names), files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void theTokenizerMayBeElsewhere() throws IOException {
    Golden.copy("torch-zip", model);
    Files.delete(model.resolve("vocab.txt"));
    assertEquals(
        model
            + ": there is no vocab.txt or tokenizer.json; say where the tokenizer is with"
            + " --tokenizer",
        Golden.refusal(model, output));
    Golden.convert(model, output, "--tokenizer", Golden.form("torch-shards"));
    assertTrue(Files.exists(output.resolve("vocab.txt")));
  }

  @Test
  void aTiedPairInOneFileIsOneEncoder() throws IOException {
    writePair(0);
    Golden.Result result = Golden.convert(model, output);
    assertTrue(result.err().contains("unused (a copy of another): lm_p."), result.err());
    try (TensorSource source = Checkpoint.open(output)) {
      assertEquals(Golden.expected(Dtype.F32), Golden.digests(source));
    }
  }

  @Test
  void twoDifferentEncodersInOneFileAreRefused() throws IOException {
    writePair(1);
    assertEquals(
        model.resolve("model.safetensors")
            + ": tensors lm_q.embeddings.LayerNorm.bias and lm_p.embeddings.LayerNorm.bias both"
            + " claim one place with different values; expected one encoder (an untied pair has its"
            + " two in query_model and passage_model)",
        Golden.refusal(model, output));
  }

  /** The golden model as lm_q and again as lm_p, the latter's last element changed. */
  private void writePair(float change) throws IOException {
    Golden.copy("safetensors", model);
    Map<String, Spec> specs = new LinkedHashMap<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    try (TensorSource source = Checkpoint.open(Golden.form("safetensors"))) {
      for (String encoder : List.of("lm_q.", "lm_p.")) {
        for (TensorInfo tensor : source.tensors().values()) {
          specs.put(encoder + tensor.name(), new Spec(tensor.dtype(), tensor.shape()));
          float[] numbers = Golden.values(source, tensor.name());
          numbers[numbers.length - 1] += encoder.equals("lm_p.") ? change : 0;
          values.put(encoder + tensor.name(), numbers);
        }
      }
    }
    write(specs, values);
  }

  private void write(Map<String, Spec> specs, Map<String, float[]> values) throws IOException {
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(model.resolve("model.safetensors"), specs, Map.of())) {
      for (Map.Entry<String, float[]> entry : values.entrySet()) {
        writer.write(entry.getKey(), FloatBuffer.wrap(entry.getValue()));
      }
      writer.commit();
    }
  }

  // What is refused.

  @Test
  void whatIsNotBert() throws IOException {
    Golden.copy("torch-zip", model);
    set("config.json", "model_type", "\"roberta\"");
    assertEquals(
        model.resolve("config.json")
            + ": not a BERT checkpoint: model_type is roberta; expected bert",
        Golden.refusal(model, output));
    assertFalse(Files.exists(output));
  }

  @Test
  void aShapeThatConfigContradicts() throws IOException {
    Golden.copy("torch-gamma-beta", model);
    set("config.json", "intermediate_size", "48");
    assertEquals(
        model.resolve("pytorch_model.bin")
            + ": tensor bert.encoder.layer.0.intermediate.dense.weight should have shape [48, 16] by"
            + " config.json, found [32, 16]",
        Golden.refusal(model, output));
  }

  @Test
  void weightsOfAnotherType() throws IOException {
    Golden.copy("safetensors", model);
    Path file = model.resolve("model.safetensors");
    String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    String before = "\"embeddings.LayerNorm.bias\":{\"dtype\":\"";
    assertTrue(bytes.contains(before + "F32"));
    Files.write(
        file, bytes.replace(before + "F32", before + "I32").getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        file + ": tensor embeddings.LayerNorm.bias should be F32, F16 or BF16, found I32",
        Golden.refusal(model, output));
  }

  @Test
  void aModulePathOutsideTheFolder() throws IOException {
    Golden.copy("sentence-transformers", model);
    String modules = Files.readString(model.resolve("modules.json"));
    Files.writeString(model.resolve("modules.json"), modules.replace("1_Pooling", "../other"));
    assertEquals(
        model.resolve("modules.json") + ": path \"../other\" leads out of the folder",
        Golden.refusal(model, output));
  }

  @Test
  void missingTensors() throws IOException {
    Golden.copy("safetensors", model);
    set("config.json", "num_hidden_layers", "3");
    String sentence = Golden.refusal(model, output);
    assertTrue(
        sentence.startsWith(
            model.resolve("model.safetensors")
                + ": missing 16 tensors: encoder.layer.2.attention.self.query.weight, "),
        sentence);
    assertTrue(sentence.endsWith(" and 6 more"), sentence);
  }

  @Test
  void halfAPooler() throws IOException {
    Golden.copy("safetensors", model);
    Map<String, Spec> specs = new LinkedHashMap<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    try (TensorSource source = Checkpoint.open(Golden.form("safetensors"))) {
      for (TensorInfo tensor : source.tensors().values()) {
        if (!tensor.name().equals("pooler.dense.bias")) {
          specs.put(tensor.name(), new Spec(tensor.dtype(), tensor.shape()));
          values.put(tensor.name(), Golden.values(source, tensor.name()));
        }
      }
    }
    write(specs, values);
    assertEquals(
        model.resolve("model.safetensors") + ": missing tensor pooler.dense.bias",
        Golden.refusal(model, output));
  }

  @Test
  void numbersThatAreNone() throws IOException {
    Golden.copy("safetensors", model);
    Map<String, Spec> specs = new LinkedHashMap<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    try (TensorSource source = Checkpoint.open(Golden.form("safetensors"))) {
      for (TensorInfo tensor : source.tensors().values()) {
        specs.put(tensor.name(), new Spec(tensor.dtype(), tensor.shape()));
        values.put(tensor.name(), Golden.values(source, tensor.name()));
      }
    }
    values.get("embeddings.word_embeddings.weight")[40] = Float.NaN;
    write(specs, values);
    assertEquals(
        model.resolve("model.safetensors")
            + ": tensor embeddings.word_embeddings.weight holds NaN at element 40; expected finite"
            + " weights",
        Golden.refusal(model, output));
    assertOnly("checkpoint");
  }

  @Test
  void aMissingShard() throws IOException {
    Golden.copy("torch-shards", model);
    Files.delete(model.resolve("pytorch_model-00002-of-00003.bin"));
    assertEquals(
        model.resolve("pytorch_model.bin.index.json")
            + ": shard pytorch_model-00002-of-00003.bin is missing beside it",
        Golden.refusal(model, output));
  }

  @Test
  void aShardWithoutItsTensor() throws IOException {
    Golden.copy("safetensors-shards", model);
    String shard = "model-00001-of-00003.safetensors";
    ObjectNode index = Json.readObject(model.resolve("model.safetensors.index.json"));
    ((ObjectNode) index.get("weight_map")).put("pooler.dense.bias", shard);
    Json.write(model.resolve("model.safetensors.index.json"), index);
    assertEquals(
        model.resolve(shard)
            + ": there is no tensor pooler.dense.bias, which "
            + model.resolve("model.safetensors.index.json")
            + " places here",
        Golden.refusal(model, output));
  }

  @Test
  void aShardOutsideTheFolder() throws IOException {
    Golden.copy("torch-shards", model);
    set("pytorch_model.bin.index.json", "weight_map", "{\"a\": \"../secret.bin\"}");
    assertEquals(
        model.resolve("pytorch_model.bin.index.json")
            + ": expected the name of a file beside it, found \"../secret.bin\"",
        Golden.refusal(model, output));
  }

  @Test
  void noWeights() throws IOException {
    Golden.copy("torch-zip", model);
    Files.delete(model.resolve("pytorch_model.bin"));
    assertEquals(
        model
            + ": there are no weights in this folder; expected model.safetensors or"
            + " model.safetensors.index.json or pytorch_model.bin or pytorch_model.bin.index.json",
        Golden.refusal(model, output));
  }

  @Test
  void noConfiguration() throws IOException {
    Golden.copy("torch-zip", model);
    Files.delete(model.resolve("config.json"));
    assertEquals(
        "no such file or folder: " + model.resolve("config.json"), Golden.refusal(model, output));
  }

  @Test
  void poolingOtherThanClsAndMean() throws IOException {
    Golden.copy("sentence-transformers", model);
    set("1_Pooling/config.json", "pooling_mode", "\"max\"");
    assertEquals(
        model.resolve("1_Pooling/config.json") + ": pooling is max; only cls or mean is supported",
        Golden.refusal(model, output));
    // The older way to say it, with two modes side by side.
    Files.writeString(
        model.resolve("1_Pooling/config.json"),
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": true}");
    assertEquals(
        model.resolve("1_Pooling/config.json")
            + ": pooling is cls_token and mean_tokens; only cls or mean is supported",
        Golden.refusal(model, output));
  }

  @Test
  void aDenseModule() throws IOException {
    Golden.copy("sentence-transformers", model);
    String modules = Files.readString(model.resolve("modules.json"));
    Files.writeString(
        model.resolve("modules.json"),
        modules.replace(
            "sentence_transformers.base.modules.normalize.Normalize",
            "sentence_transformers.models.Dense"));
    assertEquals(
        model.resolve("modules.json")
            + ": module sentence_transformers.models.Dense is not supported: expected Transformer,"
            + " Pooling and perhaps Normalize, in this order",
        Golden.refusal(model, output));
  }

  @Test
  void tevatronsProjection() throws IOException {
    Golden.copy("torch-zip", model);
    Files.writeString(model.resolve("pooler_config.json"), "{}");
    assertEquals(
        model.resolve("pooler_config.json")
            + ": the model has a projection after pooling (Tevatron's --add_pooler), which is not"
            + " supported",
        Golden.refusal(model, output));
    Path untied = Golden.copy("untied", folder.resolve("untied"));
    Files.writeString(untied.resolve("pooler_config.json"), "{}"); // beside the two models
    assertTrue(Golden.refusal(untied, output).contains("--add_pooler"));
  }

  @Test
  void aVocabularyLargerThanTheEmbeddings() throws IOException {
    Golden.copy("torch-zip", model);
    Files.writeString(model.resolve("vocab.txt"), "x\n".repeat(34));
    assertEquals(
        model + ": the vocabulary has 34 pieces, but config.json says vocab_size 33",
        Golden.refusal(model, output));
  }

  @Test
  void aTokenizerThatIsNotWordPiece() throws IOException {
    Golden.copy("sentence-transformers", model);
    set("tokenizer.json", "model", "{\"type\": \"BPE\"}");
    assertEquals(
        model.resolve("tokenizer.json") + ": expected a WordPiece tokenizer, found BPE",
        Golden.refusal(model, output));
  }
}
