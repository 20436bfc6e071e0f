package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.javatron.kernels.Workers;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AdamWTest {
  private static final AdamW.Constants TUTORIAL = new AdamW.Constants(0.9, 0.999, 1e-8, 0);

  @Test
  void theFirstStepIsTheRateWhateverTheGradient() {
    // m = 0.1 g, v = 0.001 g², corrected g / |g| = 1.
    assertArrayEquals(
        new float[] {0.99f, 2.01f}, after(TUTORIAL, 0.01, 1, "w", 5e-3f, -80f), 1e-6f);
  }

  @Test
  void epsilonStandsBesideTheSquareRootThatIsNotCorrected() {
    // g = 1e-9: √v = √0.001 · 1e-9 = 3.1623e-11, so the step is rate · √0.001 / 0.1 · 1e-10 /
    // 1.00316e-8.
    float moved = 1 - after(TUTORIAL, 1, 1, "w", 1e-9f, 0f)[0];
    assertEquals(Math.sqrt(0.001) / 0.1 * 1e-10 / (1e-8 + Math.sqrt(0.001) * 1e-9), moved, 1e-7);
  }

  @Test
  void theSecondStepByHand() {
    // g = 1, then 3: m = 0.9·0.1 + 0.3 = 0.39, v = 0.999·0.001 + 0.009 = 0.009999,
    // step = √(1 - 0.998001) / (1 - 0.81) · 0.39 / √0.009999.
    try (Workers workers = new Workers(1)) {
      Map<String, INDArray> weights = Map.of("w", Nd4j.createFromArray(0f));
      try (AdamW adam = new AdamW(weights, TUTORIAL, workers)) {
        adam.step(Map.of("w", Nd4j.createFromArray(1f)), 0, 1);
        adam.step(Map.of("w", Nd4j.createFromArray(3f)), 1, 1);
      }
      double expected = -Math.sqrt(1 - 0.998001) / 0.19 * 0.39 / Math.sqrt(0.009999);
      assertEquals(expected, weights.get("w").getFloat(0), 1e-5);
    }
  }

  @Test
  void decayComesAfterTheStepAndSparesBiasesAndLayerNorm() {
    AdamW.Constants decaying = new AdamW.Constants(0.9, 0.999, 1e-8, 0.5);
    float[] decayed = {(1 - 0.01f) * (1 - 0.005f), (2 + 0.01f) * (1 - 0.005f)};
    assertArrayEquals(decayed, after(decaying, 0.01, 1, "w.weight", 1, -1), 1e-6f);
    float[] spared = {0.99f, 2.01f};
    assertArrayEquals(spared, after(decaying, 0.01, 1, "dense.bias", 1, -1), 1e-6f);
    assertArrayEquals(spared, after(decaying, 0.01, 1, "x.LayerNorm.weight", 1, -1), 1e-6f);
    assertTrue(AdamW.decays("encoder.layer.0.attention.self.qkv.weight"));
    assertFalse(AdamW.decays("encoder.layer.0.attention.self.qkv.bias"));
  }

  @Test
  void gradientsAreScaledFirst() {
    assertArrayEquals(
        after(new AdamW.Constants(0.9, 0.999, 1e-2, 0), 0.01, 1, "w", 0.5f, -1.5f),
        after(new AdamW.Constants(0.9, 0.999, 1e-2, 0), 0.01, 0.5, "w", 1f, -3f),
        0);
  }

  /** The weights 1 and 2 after one step. */
  private static float[] after(
      AdamW.Constants constants, double rate, double scale, String name, float... gradient) {
    try (Workers workers = new Workers(1)) {
      Map<String, INDArray> weights = Map.of(name, Nd4j.createFromArray(1f, 2f));
      try (AdamW adam = new AdamW(weights, constants, workers)) {
        adam.step(Map.of(name, Nd4j.createFromArray(gradient)), rate, scale);
      }
      return weights.get(name).toFloatVector();
    }
  }

  @Test
  void threadsChangeNoBit() {
    assertArrayEquals(manySteps(1), manySteps(3));
  }

  private static float[] manySteps(int threads) {
    Random random = new Random(4);
    Map<String, INDArray> weights = arrays(random);
    try (Workers workers = new Workers(threads);
        AdamW adam = new AdamW(weights, new AdamW.Constants(0.9, 0.999, 1e-8, 0.1), workers)) {
      for (int step = 0; step < 4; step++) {
        Map<String, INDArray> gradients = arrays(random);
        double norm = GradientNorm.of(gradients, workers);
        adam.step(gradients, 0.01, GradientNorm.clip(norm, 1));
      }
    }
    return weights.get("b").toFloatVector();
  }

  private static Map<String, INDArray> arrays(Random random) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (String name : new String[] {"a", "b"}) {
      float[] values = new float[3 * Cut.MOST + 17];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      arrays.put(name, Nd4j.createFromArray(values));
    }
    return arrays;
  }

  @Test
  void theNormIsOverAllGradientsTogether() {
    try (Workers workers = new Workers(2)) {
      Map<String, INDArray> gradients = new LinkedHashMap<>();
      gradients.put("a", Nd4j.createFromArray(2f, 3f));
      gradients.put("b", Nd4j.createFromArray(6f));
      assertEquals(7, GradientNorm.of(gradients, workers), 1e-12);
      gradients.put("c", Nd4j.createFromArray(Float.NaN));
      assertTrue(Double.isNaN(GradientNorm.of(gradients, workers)));
      // Their squares are beyond float's range, and the norm is not.
      gradients.put("c", Nd4j.createFromArray(1e30f));
      assertEquals(1e30, GradientNorm.of(gradients, workers), 1e24);
    }
  }

  @Test
  void clippingShortensWhatIsLongerAndNothingElse() {
    assertEquals(1, GradientNorm.clip(0, 1));
    assertEquals(1, GradientNorm.clip(0.9, 1));
    assertEquals(0.999999, GradientNorm.clip(1, 1), 1e-9);
    assertEquals(2 / (8 + 1e-6), GradientNorm.clip(8, 2), 1e-12);
  }

  @Test
  void theRateRisesInALineAndFallsInALine() {
    LinearSchedule schedule = LinearSchedule.withRatio(5e-6, 0.1, 95);
    assertEquals(10, schedule.warmup(), "rounded up");
    assertEquals(0, schedule.rate(0));
    assertEquals(5e-7, schedule.rate(1), 1e-20);
    assertEquals(5e-6, schedule.rate(10), 1e-20);
    assertEquals(5e-6 / 85, schedule.rate(94), 1e-20);
    assertEquals(0, schedule.rate(95));
    assertEquals(3, LinearSchedule.withRatio(3, 0, 7).rate(0), "no warm-up: the peak at once");
    assertEquals(0, LinearSchedule.withRatio(3, 1, 1).rate(0), "nothing but warm-up");
  }
}
