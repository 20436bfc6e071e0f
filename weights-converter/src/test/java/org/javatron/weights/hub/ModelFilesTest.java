package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;

class ModelFilesTest {
  private static List<String> choose(String... names) throws InputException {
    return ModelFiles.choose("Model 'x'", Arrays.asList(names));
  }

  private static String failure(String... names) {
    return assertThrows(InputException.class, () -> choose(names)).getMessage();
  }

  @Test
  void safetensorsAreTakenBeforeAPickle() throws InputException {
    assertEquals(
        List.of("config.json", "model.safetensors", "tokenizer.json", "vocab.txt"),
        choose(
            "pytorch_model.bin",
            "model.safetensors",
            "config.json",
            "vocab.txt",
            "tokenizer.json",
            "flax_model.msgpack",
            "tf_model.h5",
            "rust_model.ot",
            "onnx/model.onnx",
            "coreml/model.mlpackage"));
  }

  @Test
  void aSentenceTransformerHasItsModules() throws InputException {
    assertEquals(
        List.of(
            "1_Pooling/config.json",
            "config.json",
            "config_sentence_transformers.json",
            "model.safetensors",
            "modules.json",
            "sentence_bert_config.json"),
        choose(
            "1_Pooling/config.json",
            "config.json",
            "config_sentence_transformers.json",
            "data_config.json",
            "model.safetensors",
            "modules.json",
            "openvino/openvino_model.bin",
            "sentence_bert_config.json",
            "train_script.py"));
  }

  @Test
  void shardsComeWithTheirIndex() throws InputException {
    assertEquals(
        List.of(
            "config.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00002-of-00002.bin",
            "pytorch_model.bin.index.json"),
        choose(
            "config.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00002-of-00002.bin",
            "pytorch_model.bin.index.json"));
    assertEquals(
        List.of("config.json", "model-00001-of-00001.safetensors", "model.safetensors.index.json"),
        choose(
            "config.json",
            "model-00001-of-00001.safetensors",
            "model.safetensors.index.json",
            "pytorch_model.bin"));
  }

  @Test
  void aMissingShardIsNamed() {
    assertEquals(
        "Model 'x' lacks model-00002-of-00003.safetensors, one of 3 shards.",
        failure(
            "config.json",
            "model-00001-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json"));
    assertTrue(
        failure("config.json", "pytorch_model.bin.index.json").contains("none of the shards"));
  }

  @Test
  void anUntiedModelHasTwoEncoders() throws InputException {
    assertEquals(
        List.of(
            "passage_model/config.json",
            "passage_model/pytorch_model.bin",
            "query_model/config.json",
            "query_model/pytorch_model.bin",
            "vocab.txt"),
        choose(
            "passage_model/config.json",
            "passage_model/pytorch_model.bin",
            "query_model/config.json",
            "query_model/pytorch_model.bin",
            "vocab.txt",
            "other_model/pytorch_model.bin"));
  }

  @Test
  void whatIsNoCheckpointIsToldWithWhatItHas() {
    assertEquals(
        "Model 'x' has no model.safetensors or pytorch_model.bin, so it is no BERT checkpoint that"
            + " can be read; it has config.json, tf_model.h5.",
        failure("config.json", "tf_model.h5"));
    assertEquals(
        "Model 'x' has no config.json, so it is no BERT checkpoint that can be read; it has a, b, c,"
            + " d, e, f and 2 more.",
        failure("a", "b", "c", "d", "e", "f", "g", "model.safetensors"));
    assertTrue(failure().contains("no files at all"));
  }
}
