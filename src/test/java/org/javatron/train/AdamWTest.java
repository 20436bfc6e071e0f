package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.javatron.kernels.AdamWStep;
import org.javatron.kernels.CpuKernels;
import org.javatron.kernels.Kernels;
import org.javatron.kernels.Nd4jKernels;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
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
    try (States states = new States(new Nd4jKernels(), 0f)) {
      AdamW adam = new AdamW(TUTORIAL);
      states.step(adam.next(0, 1).apply("w"), 1f);
      states.step(adam.next(1, 1).apply("w"), 3f);
      double expected = -Math.sqrt(1 - 0.998001) / 0.19 * 0.39 / Math.sqrt(0.009999);
      assertEquals(expected, states.weight.getFloat(0), 1e-5);
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

  /** The weights 1 and 2 after one step, by whichever kernels. */
  private static float[] after(
      AdamW.Constants constants, double rate, double scale, String name, float... gradient) {
    AdamWStep step = new AdamW(constants).next(rate, scale).apply(name);
    try (States plain = new States(new Nd4jKernels(), 1f, 2f);
        States fast = new States(new CpuKernels(1, 1), 1f, 2f)) {
      plain.step(step, gradient);
      fast.step(step, gradient);
      assertArrayEquals(plain.weight.toFloatVector(), fast.weight.toFloatVector(), 1e-6f);
      return fast.weight.toFloatVector();
    }
  }

  /** A parameter that is trained. */
  private static final class States implements AutoCloseable {
    final Kernels<INDArray> kernels;
    final INDArray weight;
    final INDArray mean;
    final INDArray square;

    States(Kernels<INDArray> kernels, float... weight) {
      this.kernels = kernels;
      this.weight = Nd4j.createFromArray(weight);
      mean = Nd4j.zeros(DataType.FLOAT, weight.length);
      square = Nd4j.zeros(DataType.FLOAT, weight.length);
    }

    void step(AdamWStep step, float... gradient) {
      kernels.adamW(weight, Nd4j.createFromArray(gradient), mean, square, step);
    }

    @Override
    public void close() {
      kernels.close();
    }
  }

  @Test
  void threadsChangeNoBit() {
    float[] expected = manySteps(new CpuKernels(1, 1));
    assertArrayEquals(expected, manySteps(new CpuKernels(3, 1)));
    assertArrayEquals(expected, manySteps(new Nd4jKernels()), 1e-5f);
  }

  private static float[] manySteps(Kernels<INDArray> kernels) {
    Random random = new Random(4);
    AdamW adam = new AdamW(new AdamW.Constants(0.9, 0.999, 1e-8, 0.1));
    try (States states = new States(kernels, values(random))) {
      for (int step = 0; step < 4; step++) {
        float[] gradient = values(random);
        double norm = Math.sqrt(kernels.sumOfSquares(List.of(Nd4j.createFromArray(gradient))));
        states.step(adam.next(0.01, AdamW.clip(norm, 1)).apply("w"), gradient);
      }
      return states.weight.toFloatVector();
    }
  }

  private static float[] values(Random random) {
    float[] values = new float[100_017];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void squaresAreSummedOverAllGradientsTogether() {
    try (Kernels<INDArray> plain = new Nd4jKernels();
        Kernels<INDArray> fast = new CpuKernels(2, 1)) {
      for (Kernels<INDArray> kernels : List.of(plain, fast)) {
        INDArray first = Nd4j.createFromArray(2f, 3f);
        INDArray second = Nd4j.createFromArray(6f);
        assertEquals(49, kernels.sumOfSquares(List.of(first, second)), 1e-12);
        INDArray wrong = Nd4j.createFromArray(Float.NaN);
        assertTrue(Double.isNaN(kernels.sumOfSquares(List.of(first, wrong))));
        // Their squares are beyond float's range, and their sum is not.
        INDArray large = Nd4j.createFromArray(1e30f);
        assertEquals(1e60, kernels.sumOfSquares(List.of(first, large)), 1e54);
      }
    }
  }

  @Test
  void clippingShortensWhatIsLongerAndNothingElse() {
    assertEquals(1, AdamW.clip(0, 1));
    assertEquals(1, AdamW.clip(0.9, 1));
    assertEquals(0.999999, AdamW.clip(1, 1), 1e-9);
    assertEquals(2 / (8 + 1e-6), AdamW.clip(8, 2), 1e-12);
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
