package org.javatron.kernels;

import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link DropoutRule} for the rows of a batch, its keys read once. */
final class DropoutMask {
  private final RowMath math;
  private final long[] siteKeys;
  private final int threshold;
  private final float factor;

  DropoutMask(RowMath math, DropoutRule<INDArray> rule) {
    this.math = math;
    siteKeys =
        rule.drops()
            ? LongStream.of(rule.keys().toLongVector()).map(rule::siteKey).toArray()
            : new long[0];
    threshold = rule.threshold();
    factor = rule.factor();
  }

  boolean drops() {
    return siteKeys.length > 0;
  }

  /** Masks values of a sequence, {@code index} being the rule's index of the first. */
  void apply(float[] x, int offset, int length, int sequence, int index) {
    if (drops()) {
      math.dropout(x, offset, length, siteKeys[sequence], index, threshold, factor);
    }
  }
}
