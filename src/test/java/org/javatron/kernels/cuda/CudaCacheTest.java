package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels are compiled once for each thing they depend on. */
class CudaCacheTest {
  private static final byte[] CODE = {1, 2, 3};

  @TempDir Path folder;
  private int compiled;

  private byte[] compile() {
    compiled++;
    return CODE;
  }

  @Test
  void theSecondTimeNothingIsCompiled() {
    List<String> parts = List.of("source", "header", "--option", "13.0");
    for (int i = 0; i < 2; i++) {
      CudaCache cache = new CudaCache(folder.resolve("javatron/cuda"));
      assertArrayEquals(CODE, cache.code("x.cu", parts, this::compile));
    }
    assertEquals(1, compiled);
  }

  @Test
  void whateverChangesIsCompiledAgain() throws IOException {
    CudaCache cache = new CudaCache(folder);
    cache.code("x.cu", List.of("source", "a", "b"), this::compile);
    cache.code("x.cu", List.of("source", "ab", ""), this::compile);
    cache.code("x.cu", List.of("source", "a"), this::compile);
    cache.code("y.cu", List.of("source", "a"), this::compile);
    assertEquals(4, compiled);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(4, files.count());
    }
  }

  @Test
  void aFolderThatCannotBeWrittenCostsTimeOnly() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    CudaCache cache = new CudaCache(file.resolve("below"));
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(CODE, cache.code("x.cu", List.of("source"), this::compile));
    }
    assertEquals(2, compiled);
  }
}
