package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.javatron.weights.BertConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which models the CUDA kernels serve; no GPU is needed to know. */
class CudaWidthsTest {
  @ParameterizedTest
  @CsvSource({"768, 3072, 12", "384, 1536, 12", "1024, 4096, 16", "128, 8, 1", "312, 1200, 12"})
  void served(int hidden, int intermediate, int heads) {
    CudaWidths.require(hidden, intermediate, heads);
  }

  @ParameterizedTest
  @CsvSource({
    "20, 40, 4, 'multiples of 8; this model''s are 20 and 40: take --kernels cpu'",
    "16, 37, 4, 'multiples of 8; this model''s are 16 and 37: take --kernels cpu'",
    "512, 2048, 2, 'up to 128 columns; this model''s have 256: take --kernels cpu'",
  })
  void refused(int hidden, int intermediate, int heads, String end) {
    String sentence =
        assertThrows(
                IllegalArgumentException.class,
                () -> CudaWidths.require(hidden, intermediate, heads))
            .getMessage();
    assertEquals(end, sentence.substring(sentence.length() - end.length()));
  }

  @Test
  void otherKernelsTakeAnyWidth() {
    BertConfig odd = new BertConfig(9, 6, 1, 2, 7, 8, 1, 1e-12, 0, 0, 0.02);
    for (KernelSet set : KernelSet.values()) {
      KernelSettings settings = new KernelSettings(set, 1);
      if (set == KernelSet.CUDA) {
        assertThrows(IllegalArgumentException.class, () -> settings.requireServing(odd));
      } else {
        assertDoesNotThrow(() -> settings.requireServing(odd));
      }
    }
  }
}
