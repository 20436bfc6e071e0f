package org.javatron.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.javatron.kernels.RowMath;

/** {@link RowMath#collectReaching}: which values of a row are not below a threshold. */
final class VectorPositions {
  /** The table has a row for each set of lanes, so lanes are 8 at most. */
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() < 8
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_256;

  private static final VectorSpecies<Integer> INTS =
      SPECIES.length() < 8 ? IntVector.SPECIES_PREFERRED : IntVector.SPECIES_256;

  private static final int LANES = SPECIES.length();
  private static final int ALL = (1 << LANES) - 1;

  /** For each set of lanes, as bits, their numbers, ascending, at the front. */
  private static final int[] NUMBERS = numbers();

  /** The bit of each lane. */
  private static final IntVector BITS = bits();

  private VectorPositions() {}

  private static int[] numbers() {
    int[] numbers = new int[(ALL + 1) * LANES];
    for (int set = 0; set <= ALL; set++) {
      int at = set * LANES;
      for (int rest = set; rest != 0; rest &= rest - 1) {
        numbers[at++] = Integer.numberOfTrailingZeros(rest);
      }
    }
    return numbers;
  }

  private static IntVector bits() {
    int[] bits = new int[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      bits[lane] = 1 << lane;
    }
    return IntVector.fromArray(INTS, bits, 0);
  }

  /**
   * Without a branch for each value, since which ones reach the threshold cannot be foretold. What
   * is stored behind the last of them is overwritten by the next.
   */
  static int collect(float[] row, int length, float threshold, int[] positions) {
    int count = 0;
    int i = 0;
    for (; i < SPECIES.loopBound(length); i += LANES) {
      VectorMask<Float> below =
          FloatVector.fromArray(SPECIES, row, i).compare(VectorOperators.LT, threshold);
      if (!below.allTrue()) {
        IntVector excluded = IntVector.zero(INTS).blend(BITS, below.cast(INTS));
        int reaching = ALL - excluded.reduceLanes(VectorOperators.ADD);
        IntVector.fromArray(INTS, NUMBERS, reaching * LANES).add(i).intoArray(positions, count);
        count += Integer.bitCount(reaching);
      }
    }
    for (; i < length; i++) {
      if (!(row[i] < threshold)) {
        positions[count++] = i;
      }
    }
    return count;
  }
}
