package org.javatron.train;

import java.util.function.Function;
import org.javatron.kernels.AdamWStep;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), as Transformers computed it when
 * Tevatron was written ({@code transformers.AdamW}, {@code correct_bias=True}).
 *
 * <pre>
 * m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
 * w ← w - rate · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)
 * w ← w - rate · decay · w     but for biases and LayerNorm
 * </pre>
 *
 * <p>ε stands beside √v before its bias is corrected, unlike in {@code torch.optim.AdamW}. The
 * states m and v, float32, live with the encoders' weights. Not thread-safe.
 */
final class AdamW {
  /**
   * The method's constants.
   *
   * @param beta1 share of the old in the mean of gradients, from 0 up to but not 1
   * @param beta2 the same for their squares
   * @param epsilon keeps the divisor from 0
   * @param weightDecay 0 for none
   */
  record Constants(double beta1, double beta2, double epsilon, double weightDecay) {}

  private final Constants constants;
  private long steps;

  /** An optimiser that has made no step. */
  AdamW(Constants constants) {
    this.constants = constants;
  }

  /** Goes on as after so many steps, with the states as they are. */
  void continueAfter(long steps) {
    this.steps = steps;
  }

  /** Whether a weight shrinks with weight decay. */
  static boolean decays(String name) {
    return !name.endsWith("bias") && !name.contains("LayerNorm");
  }

  /**
   * What gradients of this norm are multiplied with, so that it is at most {@code max}: max / (norm
   * + 1e-6), but at most 1 (PyTorch's {@code clip_grad_norm_}).
   */
  static double clip(double norm, double max) {
    return Math.min(1, max / (norm + 1e-6));
  }

  /**
   * Changes the weights by the gradients.
   *
   * @param pair the encoders
   * @param rate the learning rate of this step
   * @param scale what gradients are multiplied with first, to clip them
   */
  void step(EncoderPair pair, double rate, double scale) {
    Function<String, AdamWStep> step = next(rate, scale);
    pair.byPrefix().values().forEach(encoder -> encoder.update(step));
  }

  /** The next step's numbers for each parameter. */
  Function<String, AdamWStep> next(double rate, double scale) {
    steps++;
    AdamWStep decaying = numbers(steps, rate, scale, rate * constants.weightDecay);
    AdamWStep plain = numbers(steps, rate, scale, 0);
    return name -> decays(name) ? decaying : plain;
  }

  private AdamWStep numbers(long step, double rate, double scale, double decay) {
    double correction =
        Math.sqrt(1 - Math.pow(constants.beta2, step)) / (1 - Math.pow(constants.beta1, step));
    return new AdamWStep(
        constants.beta1, constants.beta2, constants.epsilon, scale, rate * correction, decay);
  }
}
