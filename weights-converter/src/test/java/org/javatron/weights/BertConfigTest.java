package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BertConfigTest {
  @TempDir Path folder;

  private Path write(String json) throws IOException {
    return Files.writeString(folder.resolve("config.json"), json);
  }

  @Test
  void readsWhatTransformersWrote() throws IOException {
    assertEquals(
        new BertConfig(33, 16, 2, 2, 32, 24, 2, 1e-12, 0.1, 0.1, 0.02),
        BertConfig.read(Golden.form("safetensors").resolve("config.json")));
  }

  @Test
  void absentKeysAreThoseOfBertBase() throws IOException {
    assertEquals(
        new BertConfig(30522, 768, 12, 12, 3072, 512, 2, 1e-12, 0.1, 0.1, 0.02),
        BertConfig.read(write("{\"architectures\": [\"BertForMaskedLM\"]}")));
  }

  @Test
  void bertBaseHas109Million() throws IOException {
    BertConfig config = BertConfig.read(write("{}"));
    long count = 0;
    for (long[] shape : config.tensorShapes().values()) {
      count += TensorInfo.byteCount(shape, 1);
    }
    assertEquals(108_891_648, count); // 109,482,240 with the pooler's 768 * 769
    assertEquals(5 + 12 * 16, config.tensorShapes().size());
    assertArrayEquals(
        new long[] {3072, 768},
        config.tensorShapes().get("encoder.layer.11.intermediate.dense.weight"));
    assertArrayEquals(new long[] {768, 768}, config.poolerShapes().get("pooler.dense.weight"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{\"model_type\": \"roberta\"}|not a BERT checkpoint: model_type is roberta; expected bert",
        "{\"model_type\": \"distilbert\"}|not a BERT checkpoint: model_type is distilbert; expected"
            + " bert",
        "{\"architectures\": [\"RobertaModel\"]}|not a BERT checkpoint: model_type is not given,"
            + " architectures RobertaModel; expected bert",
        "{\"hidden_act\": \"gelu_new\"}|hidden_act is gelu_new; only gelu is supported",
        "{\"position_embedding_type\": \"relative_key\"}|position_embedding_type is relative_key;"
            + " only absolute is supported",
        "{\"is_decoder\": true}|is_decoder is true: expected an encoder, found a decoder",
        "{\"add_cross_attention\": true}|add_cross_attention is true: expected an encoder, found a"
            + " decoder",
        "{\"pruned_heads\": {\"0\": [1]}}|pruned_heads is not empty: expected whole attention"
            + " layers",
        "{\"quantization_config\": {}}|the checkpoint is quantized: expected float32, float16 or"
            + " bfloat16 weights",
        "{\"hidden_size\": 100}|hidden_size 100 is not a multiple of num_attention_heads 12",
        "{\"vocab_size\": 0}|vocab_size should be a whole number above 0, found 0",
        "{\"num_hidden_layers\": 2.5}|num_hidden_layers should be a whole number above 0, found 2.5",
        "{\"num_hidden_layers\": 2000000000}|num_hidden_layers should be at most 1000, found"
            + " 2000000000",
        "{\"layer_norm_eps\": \"tiny\"}|layer_norm_eps should be a number of at least 0, found"
            + " \"tiny\"",
        "{\"hidden_dropout_prob\": 1.5}|hidden_dropout_prob should be at least 0 and below 1, found"
            + " 1.5",
        "[1]|expected a JSON object",
        "{\"vocab_size\": |line 1 is not valid JSON: it ends too early",
      })
  void refusesInOneSentence(String json, String sentence) throws IOException {
    Path file = write(json);
    var error = assertThrows(WeightFormatException.class, () -> BertConfig.read(file));
    assertEquals(file + ": " + sentence, error.getMessage());
  }
}
