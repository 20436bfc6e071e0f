package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * NVRTC, which comes with the peers' PyTorch and needs no GPU, compiles every file of kernels for
 * Turing, Ampere, Hopper and Blackwell, in each type of activations.
 */
@Tag("peers")
class CudaSourcesTest {
  private static final Set<String> TENSOR_CORES = Set.of("attention.cu", "attention_backward.cu");

  @Test
  void allCompileForAllGpus() throws IOException {
    Path folder = Peers.root().resolve("src/main/resources/org/javatron/kernels/cuda");
    List<String> files;
    try (Stream<Path> paths = Files.list(folder)) {
      files =
          paths
              .map(p -> p.getFileName().toString())
              .filter(p -> p.endsWith(".cu"))
              .sorted()
              .toList();
    }
    assertTrue(files.size() > 5, files.toString());
    String answer = Peers.run("src/test/python/compile_kernels.py", folder);
    // File by file: four GPUs, three types, two where it is about tensor cores.
    assertEquals(
        files.stream().map(file -> file + (TENSOR_CORES.contains(file) ? " 8" : " 12")).toList(),
        answer.lines().toList());
  }
}
