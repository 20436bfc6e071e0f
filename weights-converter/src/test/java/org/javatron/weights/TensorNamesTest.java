package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorNamesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bert.",
        "module.",
        "module.bert.",
        "model.bert.",
        "lm.",
        "lm_q.",
        "lm_p.",
        "lm_q.bert.",
        "module.lm_q.bert.",
        "0.auto_model.",
        "0.auto_model.bert.",
        "module.0.auto_model.",
        "_orig_mod.module.model."
      })
  void prefixesComeOffInAnyCombination(String prefix) {
    for (String name :
        new String[] {
          "embeddings.word_embeddings.weight",
          "encoder.layer.11.attention.self.query.bias",
          "pooler.dense.weight"
        }) {
      assertEquals(name, TensorNames.canonical(prefix + name));
    }
    assertEquals(
        "encoder.layer.0.output.LayerNorm.weight",
        TensorNames.canonical(prefix + "encoder.layer.0.output.LayerNorm.gamma"));
    assertEquals(
        "embeddings.LayerNorm.bias", TensorNames.canonical(prefix + "embeddings.LayerNorm.beta"));
  }

  @ParameterizedTest
  @CsvSource({
    "embeddings.position_ids, buffer",
    "cls.predictions.transform.LayerNorm.weight, pre-training head",
    "cls.seq_relationship.bias, pre-training head",
    "c_head.0.attention.self.query.weight, pre-training head",
    "classifier.weight, task head",
    "encoder.layer.0.adapter.down.weight, not part of a BERT encoder"
  })
  void whatIsLeftOutHasItsReason(String name, String reason) {
    assertEquals(reason, TensorNames.whyUnused(name));
  }

  @Test
  void aHeadsLayerNormIsNotTheEncoders() {
    assertEquals(
        "cls.predictions.transform.LayerNorm.weight",
        TensorNames.canonical("cls.predictions.transform.LayerNorm.gamma"));
  }
}
