package org.javatron.kernels.vector;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.javatron.kernels.DropoutRule;
import org.javatron.kernels.NormalTail;
import org.javatron.kernels.RowMath;
import org.javatron.kernels.ScalarRowMath;

/**
 * {@link RowMath} in vectors as wide as this CPU prefers (16 floats with AVX-512).
 *
 * <p>Keep the loops small: HotSpot inlines every call in them, but gives up where a method has
 * grown too large, and a vector that is not inlined is allocated, ten times as slow. Hence
 * polynomials are loops over their coefficients, and what does not fill a vector is left to plain
 * arithmetic.
 */
public final class VectorRowMath implements RowMath {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  /** As many floats as fill a vector once they are doubles. */
  private static final VectorSpecies<Float> NARROW =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.length() * Float.SIZE));

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** As many lanes. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

  private static final int INDEX_FACTOR = 0x9E3779B9;

  /** Lane times factor. */
  private static final IntVector INDEX_STEPS = IntVector.zero(INTS).addIndex(1).mul(INDEX_FACTOR);

  private static final VectorShuffle<Float>[] HALVES = halves();

  private static final FloatVector LOG2_E = all(1.44269504f);
  private static final FloatVector ROUND = all(12582912f); // 1.5 * 2^23
  private static final FloatVector MINUS_LN2_HIGH =
      all(-0.693359375f); // 9 bits: k times it is exact
  private static final FloatVector MINUS_LN2_LOW = all(2.12194440e-4f);

  private static final float[] TAYLOR = {
    1f / 5040, 1f / 720, 1f / 120, 1f / 24, 1f / 6, 1f / 2, 1, 1
  };

  /** There is nothing to set. */
  public VectorRowMath() {}

  @Override
  public String description() {
    return "Vector API, " + SPECIES.vectorBitSize() + " bits";
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
    return VectorRows.dot(a, aOffset, b, bOffset, length);
  }

  @Override
  public void wideDot(float[] a, float[] b, int bOffset, int length, double[] sums) {
    DoubleVector sum = DoubleVector.zero(DOUBLES);
    DoubleVector magnitudes = sum;
    int i = 0;
    for (; i < DOUBLES.loopBound(length); i += DOUBLES.length()) {
      DoubleVector product = widened(a, i).mul(widened(b, bOffset + i));
      sum = sum.add(product);
      magnitudes = magnitudes.add(product.abs());
    }
    double total = sum.reduceLanes(VectorOperators.ADD);
    double size = magnitudes.reduceLanes(VectorOperators.ADD);
    for (; i < length; i++) {
      double product = (double) a[i] * b[bOffset + i];
      total += product;
      size += Math.abs(product);
    }
    sums[0] = total;
    sums[1] = size;
  }

  private static DoubleVector widened(float[] values, int offset) {
    return (DoubleVector)
        FloatVector.fromArray(NARROW, values, offset).convertShape(VectorOperators.F2D, DOUBLES, 0);
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      load(x, xOffset + i).add(load(y, yOffset + i)).intoArray(x, xOffset + i);
    }
    for (; i < length; i++) {
      x[xOffset + i] += y[yOffset + i];
    }
  }

  @Override
  public void multiply(float[] x, int xOffset, float[] y, int yOffset, int length) {
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      load(x, xOffset + i).mul(load(y, yOffset + i)).intoArray(x, xOffset + i);
    }
    for (; i < length; i++) {
      x[xOffset + i] *= y[yOffset + i];
    }
  }

  @Override
  public void scale(float[] x, int offset, int length, float factor) {
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      load(x, offset + i).mul(factor).intoArray(x, offset + i);
    }
    for (; i < length; i++) {
      x[offset + i] *= factor;
    }
  }

  @Override
  public void addScaled(float[] x, int xOffset, float[] y, int yOffset, int length, float factor) {
    FloatVector factors = all(factor);
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      load(y, yOffset + i).fma(factors, load(x, xOffset + i)).intoArray(x, xOffset + i);
    }
    for (; i < length; i++) {
      x[xOffset + i] += factor * y[yOffset + i];
    }
  }

  @Override
  public void addGelu(float[] x, int xOffset, float[] bias, int biasOffset, int length) {
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      gelu(load(x, xOffset + i).add(load(bias, biasOffset + i))).intoArray(x, xOffset + i);
    }
    if (i < length) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, length);
      FloatVector value = FloatVector.fromArray(SPECIES, x, xOffset + i, rest);
      value = value.add(FloatVector.fromArray(SPECIES, bias, biasOffset + i, rest));
      gelu(value).intoArray(x, xOffset + i, rest);
    }
  }

  private static FloatVector gelu(FloatVector x) {
    return x.mul(normalBelow(x));
  }

  /** {@code Φ(x)}, from the tail of the normal distribution beyond |x|. */
  private static FloatVector normalBelow(FloatVector x) {
    FloatVector a = x.abs().min(NormalTail.LIMIT);
    FloatVector q = all(NormalTail.coefficient(NormalTail.DEGREE));
    for (int i = NormalTail.DEGREE - 1; i >= 0; i--) {
      q = q.fma(a, all(NormalTail.coefficient(i)));
    }
    FloatVector tail = exp(q.mul(a).neg()).mul(0.5f);
    return tail.blend(tail.neg().add(1f), x.compare(VectorOperators.GE, 0f));
  }

  @Override
  public void geluBackward(float[] d, int dOffset, float[] x, int xOffset, int length) {
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      load(d, dOffset + i).mul(geluSlope(load(x, xOffset + i))).intoArray(d, dOffset + i);
    }
    for (; i < length; i++) {
      d[dOffset + i] *= NormalTail.geluSlope(x[xOffset + i]);
    }
  }

  /** {@code Φ(x) + x φ(x)}. */
  private static FloatVector geluSlope(FloatVector x) {
    FloatVector density = exp(x.mul(x).mul(-0.5f)).mul(NormalTail.PEAK);
    return density.fma(x, normalBelow(x));
  }

  /**
   * {@code exp(x)} for x of 0 or less: {@code 2^k exp(r)} with {@code k = round(x / ln 2)} put into
   * the exponent bits and |r| of ln(2)/2 at most, where Taylor's series to the 7th power is right
   * to 5e-9.
   */
  private static FloatVector exp(FloatVector x) {
    x = x.max(-87f); // smaller results are not normal floats; 1e-38 is as good as 0 here
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
    FloatVector shifted = x.fma(LOG2_E, ROUND);
    FloatVector k = shifted.sub(ROUND);
    // r = x - k ln 2, with ln 2 in two parts so that k ln 2 loses no digits.
    FloatVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x));
    FloatVector p = all(TAYLOR[0]);
    for (int i = 1; i < TAYLOR.length; i++) {
      p = p.fma(r, all(TAYLOR[i]));
    }
    // k stands in the low bits of the shifted number: moved to the exponent, it multiplies by 2^k.
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
  }

  @Override
  public void softmax(float[] x, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    VectorMask<Float> rest = SPECIES.indexInRange(bound, length);
    FloatVector maxima = all(Float.NEGATIVE_INFINITY);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      maxima = maxima.max(load(x, offset + i));
    }
    float max = maxima.reduceLanes(VectorOperators.MAX);
    for (int i = bound; i < length; i++) {
      max = Math.max(max, x[offset + i]);
    }
    FloatVector sums = FloatVector.zero(SPECIES);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      FloatVector e = exp(load(x, offset + i).sub(max));
      e.intoArray(x, offset + i);
      sums = sums.add(e);
    }
    if (bound < length) {
      FloatVector e = exp(FloatVector.fromArray(SPECIES, x, offset + bound, rest).sub(max));
      e.intoArray(x, offset + bound, rest);
      sums = sums.add(e, rest);
    }
    scale(x, offset, length, 1f / sum(sums));
  }

  @Override
  public void layerNorm(float[] x, int offset, int length, float[] gamma, float[] beta, float eps) {
    int bound = SPECIES.loopBound(length);
    float mean = mean(x, offset, length);
    float inverse = inverseDeviation(x, offset, length, mean, eps);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      FloatVector unit = load(x, offset + i).sub(mean).mul(inverse);
      unit.fma(load(gamma, i), load(beta, i)).intoArray(x, offset + i);
    }
    for (int i = bound; i < length; i++) {
      x[offset + i] = (x[offset + i] - mean) * inverse * gamma[i] + beta[i];
    }
  }

  private static float mean(float[] x, int offset, int length) {
    int bound = SPECIES.loopBound(length);
    FloatVector sums = FloatVector.zero(SPECIES);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      sums = sums.add(load(x, offset + i));
    }
    float sum = sum(sums);
    for (int i = bound; i < length; i++) {
      sum += x[offset + i];
    }
    return sum / length;
  }

  /** {@code 1 / √(variance + eps)}. */
  private static float inverseDeviation(float[] x, int offset, int length, float mean, float eps) {
    int bound = SPECIES.loopBound(length);
    FloatVector squares = FloatVector.zero(SPECIES);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      FloatVector distance = load(x, offset + i).sub(mean);
      squares = distance.fma(distance, squares);
    }
    float square = sum(squares);
    for (int i = bound; i < length; i++) {
      square += (x[offset + i] - mean) * (x[offset + i] - mean);
    }
    return (float) (1 / Math.sqrt((double) square / length + eps));
  }

  @Override
  public void softmaxBackward(float[] d, int dOffset, float[] p, int pOffset, int length) {
    float mean = dot(d, dOffset, p, pOffset, length);
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      load(d, dOffset + i).sub(mean).mul(load(p, pOffset + i)).intoArray(d, dOffset + i);
    }
    for (; i < length; i++) {
      d[dOffset + i] = p[pOffset + i] * (d[dOffset + i] - mean);
    }
  }

  @Override
  public void layerNormBackward(
      float[] d, float[] x, int length, float[] gamma, float eps, float[] dGamma, float[] dBeta) {
    int bound = SPECIES.loopBound(length);
    float mean = mean(x, 0, length);
    float inverse = inverseDeviation(x, 0, length, mean, eps);
    FloatVector sumsOfG = FloatVector.zero(SPECIES);
    FloatVector alongUnits = FloatVector.zero(SPECIES);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      FloatVector dOut = load(d, i);
      FloatVector unit = load(x, i).sub(mean).mul(inverse);
      unit.intoArray(x, i);
      dOut.fma(unit, load(dGamma, i)).intoArray(dGamma, i);
      load(dBeta, i).add(dOut).intoArray(dBeta, i);
      FloatVector g = dOut.mul(load(gamma, i));
      g.intoArray(d, i);
      sumsOfG = sumsOfG.add(g);
      alongUnits = g.fma(unit, alongUnits);
    }
    float sumOfG = sum(sumsOfG);
    float alongUnit = sum(alongUnits);
    for (int i = bound; i < length; i++) {
      x[i] = (x[i] - mean) * inverse;
      dGamma[i] += d[i] * x[i];
      dBeta[i] += d[i];
      d[i] *= gamma[i];
      sumOfG += d[i];
      alongUnit += d[i] * x[i];
    }
    float meanOfG = sumOfG / length;
    float meanAlongUnit = alongUnit / length;
    FloatVector minusAlongUnit = all(-meanAlongUnit);
    for (int i = 0; i < bound; i += SPECIES.length()) {
      FloatVector g = load(d, i).sub(meanOfG);
      load(x, i).fma(minusAlongUnit, g).mul(inverse).intoArray(d, i);
    }
    for (int i = bound; i < length; i++) {
      d[i] = (d[i] - meanOfG - x[i] * meanAlongUnit) * inverse;
    }
  }

  @Override
  public void dropout(
      float[] x, int offset, int length, long siteKey, int index, int threshold, float factor) {
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      FloatVector mask = dropoutMask(siteKey, index + i, threshold, factor);
      load(x, offset + i).mul(mask).intoArray(x, offset + i);
    }
    for (; i < length; i++) {
      x[offset + i] *= DropoutRule.bits(siteKey, index + i) >= threshold ? factor : 0;
    }
  }

  /** The factor where the 24 bits of {@link DropoutRule} reach the threshold, 0 elsewhere. */
  private static FloatVector dropoutMask(long siteKey, int index, int threshold, float factor) {
    IntVector inner = mix32(INDEX_STEPS.add(index * INDEX_FACTOR + (int) siteKey));
    IntVector bits = mix32(inner.add((int) (siteKey >>> 32)));
    // The sign of (bits - threshold), spread over all bits, clears the factor's.
    IntVector dropped =
        bits.lanewise(VectorOperators.LSHR, 8).sub(threshold).lanewise(VectorOperators.ASHR, 31);
    return dropped.not().and(Float.floatToRawIntBits(factor)).reinterpretAsFloats();
  }

  private static IntVector mix32(IntVector x) {
    x = x.lanewise(VectorOperators.XOR, x.lanewise(VectorOperators.LSHR, 16)).mul(0x7feb352d);
    x = x.lanewise(VectorOperators.XOR, x.lanewise(VectorOperators.LSHR, 15)).mul(0x846ca68b);
    return x.lanewise(VectorOperators.XOR, x.lanewise(VectorOperators.LSHR, 16));
  }

  /**
   * The lanes' sum: halves are added until one lane is left. {@code reduceLanes} adds in an order
   * of its own, on newer JDKs another one compiled than interpreted, so that a call would not give
   * the same bits after its warm-up as before.
   */
  static float sum(FloatVector lanes) {
    FloatVector sums = lanes;
    for (VectorShuffle<Float> half : HALVES) {
      sums = sums.add(sums.rearrange(half));
    }
    return sums.lane(0);
  }

  /** Brings half of the lanes, a quarter, ... and at last one to the front. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types
  private static VectorShuffle<Float>[] halves() {
    VectorShuffle<Float>[] halves =
        new VectorShuffle[Integer.numberOfTrailingZeros(SPECIES.length())];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = VectorShuffle.iota(SPECIES, SPECIES.length() >> (i + 1), 1, true);
    }
    return halves;
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static FloatVector load(float[] x, int offset) {
    return FloatVector.fromArray(SPECIES, x, offset);
  }

  /** As {@link ScalarRowMath#toBfloat16(float)} explains. */
  @Override
  public void toBfloat16(float[] x, short[] out, int length) {
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
      FloatVector values = load(x, i);
      IntVector bits = values.reinterpretAsInts();
      VectorMask<Integer> nan = values.compare(VectorOperators.NE, values).cast(INTS);
      IntVector last = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      IntVector rounded = bits.add(last).add(0x7FFF).blend(bits.or(0x400000), nan);
      rounded
          .lanewise(VectorOperators.LSHR, 16)
          .convertShape(VectorOperators.I2S, SHORTS, 0)
          .reinterpretAsShorts()
          .intoArray(out, i);
    }
    for (; i < length; i++) {
      out[i] = ScalarRowMath.toBfloat16(x[i]);
    }
  }

  @Override
  public void dotRows(
      float[] a, int aOffset, float[] b, int[] rows, int count, int length, float[] out) {
    VectorRows.dots(a, aOffset, b, rows, count, length, out);
  }

  @Override
  public void dotBytes(
      float[] a,
      int aOffset,
      byte[] b,
      int step,
      int rows,
      int length,
      float[] out,
      int outOffset) {
    VectorBytes.dots(a, aOffset, b, step, rows, length, out, outOffset);
  }

  @Override
  public void decode(byte[] b, int bOffset, int length, float scale, float[] out, int outOffset) {
    VectorBytes.decode(b, bOffset, length, scale, out, outOffset);
  }

  @Override
  public void scale(int[] x, float[] factors, int length, float factor, float base, float[] out) {
    VectorBytes.scale(x, factors, length, factor, base, out);
  }

  @Override
  public int collectReaching(float[] row, int length, float threshold, int[] positions) {
    return VectorPositions.collect(row, length, threshold, positions);
  }

  @Override
  public int panelWidth() {
    return VectorPanels.WIDTH;
  }

  @Override
  public void multiplyPanel(
      float[] x, int xOffset, int rows, int k, float[] panel, float[] out, int outOffset) {
    VectorPanels.multiply(x, xOffset, rows, k, panel, out, outOffset);
  }
}
