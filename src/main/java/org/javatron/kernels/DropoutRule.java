package org.javatron.kernels;

/**
 * Which values of an activation are dropped, as a function of nothing but numbers: a counter-based
 * generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), so that a mask can
 * be had again at any time, in any order, on any device.
 *
 * <pre>
 * k = mix64(keys[b] + (site + 1) · 0x9E3779B97F4A7C15)              per sequence and site
 * h = mix32(mix32(index · 0x9E3779B9 + low32(k)) + high32(k))       per value
 * kept  ⇔  (h &gt;&gt;&gt; 8) ≥ probability · 2²⁴
 * </pre>
 *
 * <p>{@code index} counts a sequence's values from its own start: {@code (t - offsets[b]) · width +
 * i} for hidden states, {@code (head · n + query) · n + key} for the attention probabilities of a
 * sequence of n tokens, in 32 bits. mix64 is SplitMix64's finaliser, mix32 Wellons' "lowbias32".
 *
 * @param probability of dropping a value, 0 up to but not 1
 * @param site number of the place in the network
 * @param keys int64 [B], one per sequence, made of seed, step and the sequence's place in the step;
 *     null if the probability is 0
 * @param <A> what an array is
 */
public record DropoutRule<A>(double probability, int site, A keys) {
  private static final int BITS = 24;

  /**
   * Drops nothing.
   *
   * @param <A> what an array is
   * @return the rule
   */
  public static <A> DropoutRule<A> none() {
    return new DropoutRule<>(0, 0, null);
  }

  /**
   * Whether anything is dropped.
   *
   * @return true if the probability is above 0
   */
  public boolean drops() {
    return probability > 0;
  }

  /**
   * The factor of the values that are kept.
   *
   * @return {@code 1 / (1 - probability)}
   */
  public float factor() {
    return (float) (1 / (1 - probability));
  }

  /**
   * The least 24-bit number that means "kept".
   *
   * @return probability · 2²⁴, rounded
   */
  public int threshold() {
    return (int) Math.round(probability * (1 << BITS));
  }

  /** The key of one sequence at this site. */
  long siteKey(long key) {
    return mix64(key + (site + 1) * 0x9E3779B97F4A7C15L);
  }

  /**
   * The 24 random bits of one value.
   *
   * @param siteKey a sequence's key, mixed with the site
   * @param index which of the sequence's values
   * @return 0 to 2²⁴ - 1
   */
  public static int bits(long siteKey, int index) {
    int inner = mix32(index * 0x9E3779B9 + (int) siteKey);
    return mix32(inner + (int) (siteKey >>> 32)) >>> (32 - BITS);
  }

  /**
   * Scrambles 64 bits so that numbers that differ a little give numbers that differ in half their
   * bits: also what keys are made with.
   *
   * @param x any number
   * @return its image under a one-to-one mapping
   */
  public static long mix64(long x) {
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  private static int mix32(int x) {
    x = (x ^ (x >>> 16)) * 0x7feb352d;
    x = (x ^ (x >>> 15)) * 0x846ca68b;
    return x ^ (x >>> 16);
  }
}
