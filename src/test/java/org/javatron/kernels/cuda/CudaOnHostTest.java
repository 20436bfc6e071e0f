package org.javatron.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The kernels that need no tensor cores, compiled for the processor and compared with PyTorch in
 * float64: their sources as they are, each thread doing what it would do on a GPU.
 */
@Tag("peers")
class CudaOnHostTest {
  @Test
  void theyAgreeWithPyTorch() throws Exception {
    Path sources = Peers.root().resolve("src/main/resources/org/javatron/kernels/cuda");
    Path header = Peers.root().resolve("src/test/cpp/cuda_on_host.h");
    List<String> lines =
        Peers.run("src/test/python/run_kernels.py", sources, header).lines().toList();
    assertTrue(lines.size() > 60, lines.toString());
    for (String line : lines) {
      double error = Double.parseDouble(line.substring(line.lastIndexOf(' ')));
      assertTrue(error <= (line.contains("BF16") ? 1e-2 : 1e-5), line);
    }
  }
}
