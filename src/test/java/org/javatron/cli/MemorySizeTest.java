package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class MemorySizeTest {
  @ParameterizedTest
  @CsvSource({"1,1", "1k,1024", "512m,536870912", "2G,2147483648", "2gb,2147483648", "7b,7"})
  void sizesAsJavaWritesThem(String text, long bytes) {
    assertEquals(bytes, new MemorySize().convert(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "g", "-1", "1.5g", "0", "0g", "2t", "1 g"})
  void whatIsNoSizeIsRefused(String text) {
    assertThrows(TypeConversionException.class, () -> new MemorySize().convert(text));
  }

  @Test
  void aSizeBeyondLongIsRefusedAndNotWrappedAround() {
    // 17179869185 g is 2^64 + 2^30 bytes, which a long would hold as 1 GiB.
    assertThrows(TypeConversionException.class, () -> new MemorySize().convert("17179869185g"));
    assertThrows(TypeConversionException.class, () -> new MemorySize().convert("8589934592g"));
    assertEquals(8589934591L << 30, new MemorySize().convert("8589934591g"));
  }
}
