package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import org.javatron.kernels.cuda.CudaScratch.Use;
import org.javatron.weights.BertConfig;
import org.junit.jupiter.api.Test;

/** The memory that training states, known without a GPU. */
class CudaPassSizesTest {
  private static BertConfig bert(int hidden, int layers, int heads) {
    return new BertConfig(30_522, hidden, layers, heads, 4 * hidden, 512, 2, 1e-12, 0.1, 0.1, 0.02);
  }

  @Test
  void bertBase() {
    int tokens = 8 * 32 + 64 * 128;
    Map<Use, Long> bytes = CudaPassSizes.of(bert(768, 12, 12), tokens);
    assertEquals(4L * tokens * 768, bytes.get(Use.TOKENS));
    assertEquals(16L * tokens, bytes.get(Use.WORDS));
    assertEquals(8L * 12 * tokens, bytes.get(Use.ATTENTION_ROWS));
    // 264 rows of gamma's and beta's sums are more than 66 chunks of 3,072 columns.
    assertEquals(4L * 264 * 2 * 768, bytes.get(Use.PARTIAL_SUMS));
  }

  @Test
  void partialSumsAreTheLargestOfTheirUses() {
    BertConfig wide = new BertConfig(99, 64, 1, 4, 9000, 512, 2, 1e-12, 0.1, 0.1, 0.02);
    assertEquals(4L * 128 * 9000, CudaPassSizes.of(wide, 1 << 20).get(Use.PARTIAL_SUMS));
    BertConfig deep = new BertConfig(99, 8, 5000, 1, 8, 8, 2, 1e-12, 0.1, 0.1, 0.02);
    // A double for each of 5 tensors of the embeddings and 16 of a layer, and for the result.
    assertEquals(8L * (5 + 16 * 5000 + 1), CudaPassSizes.of(deep, 8).get(Use.PARTIAL_SUMS));
  }

  @Test
  void aSmallerPassNeverNeedsMore() {
    Random random = new Random(1);
    BertConfig config = bert(64, 2, 4);
    for (int i = 0; i < 1000; i++) {
      int most = 1 + random.nextInt(1 << 1 + random.nextInt(20));
      int fewer = 1 + random.nextInt(most);
      Map<Use, Long> reserved = CudaPassSizes.of(config, most);
      CudaPassSizes.of(config, fewer)
          .forEach(
              (use, bytes) ->
                  assertTrue(bytes <= reserved.get(use), use + ": " + fewer + " of " + most));
    }
  }
}
