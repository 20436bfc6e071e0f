package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

/**
 * oneDNN's products. Most processors have no instructions for bfloat16, but the code is the same
 * for float32, which shows all of it but the rounding.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build has the library
class OneDnnTest {
  private static final int[][] SIZES = {
    {1, 5, 3}, {16, 64, 256}, {17, 100, 257}, {128, 384, 640}, {127, 1536, 384}, {3, 30, 1000}
  };

  private final Random random = new Random(1);

  @BeforeAll
  static void startNd4j() {
    Nd4j.factory().blas();
    Blas.singleThreaded();
  }

  private Floats normal(int length) {
    Floats values = Floats.allocate(length);
    float[] all = new float[length];
    for (int i = 0; i < length; i++) {
      all[i] = (float) random.nextGaussian();
    }
    values.write(0, all, 0, length);
    return values;
  }

  /** The whole product, panel by panel. */
  private static float[] product(Bf16Products.Block block, int weight, Floats x, int[] size) {
    float[] all = new float[size[0] * size[2]];
    float[] row = new float[Bf16Products.PANEL];
    block.load(x, 0, size[0], size[1]);
    for (int panel = 0; panel < Bf16Products.panels(size[2]); panel++) {
      block.multiply(weight, panel);
      for (int r = 0; r < size[0]; r++) {
        block.read(r, row);
        int width = Bf16Products.width(panel, size[2]);
        System.arraycopy(row, 0, all, r * size[2] + panel * Bf16Products.PANEL, width);
      }
    }
    return all;
  }

  /**
   * Sums of normal values in other orders: what is added up comes to 0.64 a term, of which the
   * roundings take less than a millionth.
   */
  private static void close(float[] expected, float[] found, int inputs) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], 0.64e-6 * inputs, "at " + i);
    }
  }

  @Test
  void inFloat32TheyAreBlass() {
    try (OneDnnProducts products = new OneDnnProducts(dnnl.dnnl_f32)) {
      Bf16Products.Block block = products.newBlock();
      for (int[] size : SIZES) {
        Floats x = normal(size[0] * size[1]);
        Floats w = normal(size[2] * size[1]);
        Floats c = Floats.allocate((long) size[0] * size[2]);
        Blas.rowsTimesRows(
            size[0], size[2], size[1], 1, x.at(0), size[1], w.at(0), size[1], 0, c.at(0), size[2]);
        int weight = products.pack(w, size[2], size[1]);
        w.zero(0, (long) size[2] * size[1]); // it was copied
        float[] found = product(block, weight, x, size);
        close(c.toArray(), found, size[1]);
        assertArrayEquals(found, product(block, weight, x, size), 0, "same call, same bits");
        List.of(x, w, c).forEach(Floats::free);
      }
      // The kernels compiled for the purpose, not a loop for odd cases.
      assertTrue(
          products.implementations().stream().allMatch(name -> name.startsWith("brg")),
          products.implementations().toString());
    }
  }

  /** The weights' order is the largest product's, but every number of rows must understand it. */
  @Test
  void anyNumberOfRows() {
    int[] size = {Bf16Products.ROWS, 96, 300};
    Floats x = normal(size[0] * size[1]);
    Floats w = normal(size[2] * size[1]);
    try (OneDnnProducts products = new OneDnnProducts(dnnl.dnnl_f32)) {
      Bf16Products.Block block = products.newBlock();
      int weight = products.pack(w, size[2], size[1]);
      float[] all = product(block, weight, x, size);
      for (int rows = 1; rows < size[0]; rows++) {
        float[] some = product(block, weight, x, new int[] {rows, size[1], size[2]});
        for (int i = 0; i < some.length; i++) {
          assertEquals(all[i], some[i], 1e-5, rows + " rows, at " + i);
        }
      }
    }
    x.free();
    w.free();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void eachWorkerHasABlockAndNoThreadIsStarted(int threads) throws IOException {
    int[] size = {100, 200, 700};
    Floats x = normal(size[0] * size[1]);
    Floats w = normal(size[2] * size[1]);
    try (Workers workers = new Workers(threads);
        OneDnnProducts products = new OneDnnProducts(dnnl.dnnl_f32)) {
      Bf16Products.Block[] blocks = new Bf16Products.Block[threads];
      for (int i = 0; i < threads; i++) {
        blocks[i] = products.newBlock();
      }
      long before = nativeThreads();
      int weight = products.pack(w, size[2], size[1]);
      float[] expected = product(blocks[0], weight, x, size);
      float[][] found = new float[60][];
      workers.run(
          found.length, (task, worker) -> found[task] = product(blocks[worker], weight, x, size));
      for (float[] one : found) {
        assertArrayEquals(expected, one, 0);
      }
      // The JVM may start a compiler thread meanwhile; OpenMP would start one for each processor
      // and worker.
      long started = nativeThreads() - before;
      System.out.println("oneDNN, " + threads + " workers: " + started + " threads more");
      assertTrue(started <= 1, started + " threads more");
    }
    x.free();
    w.free();
  }

  private static long nativeThreads() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.filter(OneDnnTest::isNotTheJvms).count();
    }
  }

  /** OpenMP's threads bear the name of the one that started them; the JVM's compilers their own. */
  private static boolean isNotTheJvms(Path task) {
    try {
      String name = Files.readString(task.resolve("comm"));
      return !name.startsWith("C1 ") && !name.startsWith("C2 ") && !name.startsWith("GC ");
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  @Test
  void closingGivesTheMemoryBack() {
    Floats w = normal(1024 * 1024);
    Floats x = normal(128 * 1024);
    long begun = 0;
    long tracked = 0;
    for (int i = 0; i < 40; i++) {
      if (i == 10) {
        begun = Pointer.physicalBytes();
        tracked = Pointer.totalBytes();
      }
      try (OneDnnProducts products = new OneDnnProducts(dnnl.dnnl_f32)) {
        Bf16Products.Block block = products.newBlock();
        int weight = products.pack(w, 1024, 1024);
        product(block, weight, x, new int[] {128, 1024, 1024});
        assertTrue(products.bytes() > 4 * 1024 * 1024, "weights count");
        assertTrue(products.bytes() < 6 * 1024 * 1024, "" + products.bytes());
      }
    }
    // 30 weights of 4 MB, were they kept, would be 120; the heap of a test moves by some.
    assertTrue(Pointer.totalBytes() <= tracked + 10_000, "what JavaCPP counts");
    long grown = Pointer.physicalBytes() - begun >> 20;
    System.out.println("oneDNN opened 30 times: " + grown + " MB more");
    assertTrue(grown < 60, grown + " MB more");
    w.free();
    x.free();
  }

  @Test
  void aProcessorWithoutTheInstructionsIsRefused() {
    for (int isa :
        new int[] {
          0,
          dnnl.dnnl_cpu_isa_avx2,
          dnnl.dnnl_cpu_isa_avx512_core_vnni,
          dnnl.dnnl_cpu_isa_avx2_vnni_2
        }) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> OneDnn.requireBf16(isa));
      assertEquals(
          "--precision bf16 on a CPU needs the instructions AVX-512 BF16 (avx512_bf16 in"
              + " /proc/cpuinfo), which this one lacks or ONEDNN_MAX_CPU_ISA hides; leave"
              + " --precision out, which computes in fp32",
          e.getMessage());
    }
    OneDnn.requireBf16(dnnl.dnnl_cpu_isa_avx512_core_bf16);
    OneDnn.requireBf16(dnnl.dnnl_cpu_isa_avx512_core_amx);
    OneDnn.requireBf16(dnnl.dnnl_cpu_isa_avx512_core_amx_fp16);
    OneDnn.requireBf16(dnnl.dnnl_cpu_isa_avx10_1_512);
  }

  /** The real thing where the processor can, the refusal where not. */
  @Test
  void inBfloat16TheyAreTheReferencesOrRefused() throws IOException {
    KernelSettings settings = new KernelSettings(KernelSet.CPU, Precision.BF16, 1);
    if (!Bf16Kernels.processorHasThem()) {
      assertThrows(IllegalArgumentException.class, () -> Kernels.require(settings));
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> Kernels.open(settings, 16));
      assertTrue(e.getMessage().contains("leave --precision out"), e.getMessage());
      assertFalse(e.getMessage().contains("\n"));
      return;
    }
    Kernels.require(settings);
    try (OneDnnProducts products = new OneDnnProducts(dnnl.dnnl_bf16);
        Bf16Products reference = new ReferenceProducts()) {
      Bf16Products.Block block = products.newBlock();
      Bf16Products.Block plain = reference.newBlock();
      for (int[] size : SIZES) {
        Floats x = normal(size[0] * size[1]);
        Floats w = normal(size[2] * size[1]);
        int weight = products.pack(w, size[2], size[1]);
        int expected = reference.pack(w, size[2], size[1]);
        close(product(plain, expected, x, size), product(block, weight, x, size), size[1]);
        x.free();
        w.free();
      }
      System.out.println("oneDNN in bfloat16: " + products.implementations());
    }
  }
}
