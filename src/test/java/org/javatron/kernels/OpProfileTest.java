package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.javatron.weights.BertConfig;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OpProfileTest {
  private static final int TOKENS = 6;
  private static final int WIDTH = 8;

  private final OpProfile profile = new OpProfile();

  @Test
  void callsAndOperationsAreCounted() throws Exception {
    try (Kernels<INDArray> kernels = profile.around(new CpuKernels(1, 16))) {
      INDArray x = Nd4j.ones(DataType.FLOAT, TOKENS, WIDTH);
      INDArray weight = Nd4j.ones(DataType.FLOAT, 5, WIDTH);
      INDArray out = Nd4j.create(DataType.FLOAT, TOKENS, 5);
      kernels.linearWeight(weight);
      kernels.largestPass(
          new BertConfig(9, WIDTH, 1, 1, WIDTH, TOKENS, 1, 1e-12, 0, 0, 0.02), TOKENS);
      kernels.linear(x, weight, Nd4j.zeros(DataType.FLOAT, 5), out);
      kernels.linear(x, weight, Nd4j.zeros(DataType.FLOAT, 5), out);
      assertEquals(WIDTH, out.getFloat(0));

      INDArray qkv = Nd4j.ones(DataType.FLOAT, TOKENS, 3 * WIDTH);
      INDArray offsets = Nd4j.createFromArray(0, 2, TOKENS);
      INDArray mixed = Nd4j.create(DataType.FLOAT, TOKENS, WIDTH);
      kernels.attention(qkv, offsets, 2, DropoutRule.none(), mixed);
      assertTrue(kernels.scratchBytes() > 0);
    }
    OpProfile.Row linear = row("linear");
    assertEquals(2, linear.calls());
    assertEquals(2 * 2.0 * TOKENS * WIDTH * 5, linear.flops());
    assertTrue(linear.seconds() > 0);
    // Queries with keys, and weights with values, of sequences of 2 and 4 tokens.
    assertEquals(2 * 2.0 * (2 * 2 + 4 * 4) * WIDTH, row("attention").flops());
    assertEquals(2, profile.rows().size(), "preparing and asking are no ops");
    assertTrue(profile.table().contains("linear"));
  }

  private OpProfile.Row row(String op) {
    List<OpProfile.Row> found = profile.rows().stream().filter(row -> row.op().equals(op)).toList();
    assertEquals(1, found.size());
    return found.get(0);
  }

  @Test
  void whatFailsFailsAsBefore() throws Exception {
    try (Kernels<INDArray> kernels = profile.around(new CpuKernels(1, 16))) {
      INDArray wrong = Nd4j.ones(DataType.DOUBLE, TOKENS, WIDTH);
      assertThrows(
          IllegalArgumentException.class, () -> kernels.linear(wrong, wrong, wrong, wrong));
    }
  }
}
