package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.javatron.kernels.KernelSet;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncoderTest {
  @TempDir Path temporary;

  private static EncoderOptions options(KernelSet set) {
    return new EncoderOptions(2, 100, set);
  }

  @ParameterizedTest
  @EnumSource
  void clsAndMeanArePyTorchs(KernelSet set) throws Exception {
    for (Pooling pooling : Pooling.values()) {
      Path model = TinyBert.directory(temporary.resolve(pooling.name()), pooling, false);
      try (Encoder encoder = Encoder.open(model, Encoder.Side.PASSAGE, options(set))) {
        float[] expected = TinyBert.expected(pooling == Pooling.CLS ? "cls" : "mean");
        float[] found = TinyBert.encode(encoder, TinyBert.sequences());
        assertEquals(0, TinyBert.relativeError(expected, found), 1e-5, pooling.name());
      }
    }
  }

  @Test
  void rowsGoWhereTheyAreAskedFor() throws Exception {
    Path model = TinyBert.directory(temporary.resolve("m"), Pooling.CLS, false);
    try (Encoder encoder = Encoder.open(model, Encoder.Side.QUERY, options(KernelSet.CPU))) {
      float[] out = new float[2 + 2 * encoder.dim() + 3];
      encoder.encode(List.of(new int[] {1, 2}, new int[] {3}), out, 2);
      assertArrayEquals(new float[] {0, 0}, new float[] {out[0], out[1]});
      float[] second = TinyBert.encode(encoder, List.of(new int[] {3}));
      assertEquals(second[0], out[2 + encoder.dim()], 1e-6);
      assertEquals(0, out[out.length - 3]);
    }
  }
}
