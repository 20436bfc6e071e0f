package org.javatron.search.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;

/** What fits where, without a GPU. */
class CudaSizesTest {
  private static final int MARCO = 8_841_823;

  private static CudaLimits limits(long deviceBytes) {
    return limits(deviceBytes, false);
  }

  private static CudaLimits limits(long deviceBytes, boolean fused) {
    return new CudaLimits(
        deviceBytes,
        132,
        227 << 10,
        fused,
        32,
        8192,
        44_000_000,
        1_500_000_000,
        1 << 20,
        4,
        Long.MAX_VALUE);
  }

  @Test
  void msMarcoStaysOnALargeGpu() throws InputException {
    CudaSizes sizes = CudaSizes.of(MARCO, 768, false, 6980, 1000, limits(78L << 30));
    assertEquals(1, sizes.slabs());
    assertEquals(MARCO, sizes.slabRows());
    assertEquals(6980, sizes.block());
    assertEquals(3072, sizes.tile()); // 44 MB of scores
    assertTrue(sizes.deviceBytes() > 2L * 768 * MARCO);
    assertTrue(sizes.deviceBytes() < 2L * 768 * MARCO + (2L << 30), sizes.toString());
  }

  @Test
  void tilesOfAFusedScanAreSharedEvenly() throws InputException {
    CudaSizes sizes = CudaSizes.of(MARCO, 768, false, 6980, 1000, limits(78L << 30, true));
    assertEquals(CudaScan.FUSED, sizes.scan());
    assertEquals(24_576, sizes.tile());
    assertEquals(0, 55 * (24_576 / 256) % 132); // 55 tiles of queries, 132 multiprocessors
    assertTrue(sizes.capacity() >= sizes.limit() + sizes.tile());
    assertEquals(CudaScan.FEW, CudaSizes.of(9, 8, false, 32, 1, limits(78L << 30, true)).scan());
  }

  @Test
  void queriesGiveWayBeforeThePassagesDo() throws InputException {
    long bytes = 2L * 768 * MARCO + (400 << 20);
    CudaSizes sizes = CudaSizes.of(MARCO, 768, false, 6980, 1000, limits(bytes));
    assertEquals(1, sizes.slabs());
    assertTrue(sizes.block() >= 256 && sizes.block() < 6980, sizes.toString());
    assertTrue(sizes.deviceBytes() <= bytes);
  }

  @Test
  void passagesThatDoNotFitComeInParts() throws InputException {
    for (boolean wide : new boolean[] {false, true}) {
      long bytes = 8L << 30;
      CudaSizes sizes = CudaSizes.of(MARCO, 768, wide, 6980, 1000, limits(bytes));
      assertTrue(sizes.slabs() > 1);
      assertTrue(sizes.deviceBytes() <= bytes);
      assertTrue((long) sizes.slabs() * sizes.slabRows() >= MARCO);
      assertTrue((sizes.slabs() - 1L) * sizes.slabRows() < MARCO);
      assertEquals(0, sizes.slabRows() % CudaLimits.STEP);
    }
  }

  @Test
  void whatATileAddsAlwaysFits() throws InputException {
    for (int queries : new int[] {1, 8, 32, 33, 1000, 6980, 500_000}) {
      for (int depth : new int[] {1, 10, 1000, 5000, 100_000}) {
        CudaSizes sizes = CudaSizes.of(MARCO, 768, false, queries, depth, limits(78L << 30));
        assertTrue(sizes.limit() >= depth);
        assertTrue(sizes.capacity() >= sizes.limit() + sizes.tile() * sizes.rounds());
        assertTrue(sizes.capacity() >= CudaSizes.powerOfTwo(depth));
        assertEquals(queries <= 32 ? CudaScan.FEW : CudaScan.PRODUCTS, sizes.scan());
        assertTrue(sizes.block() <= 8192);
        assertTrue(sizes.deviceBytes() <= 78L << 30);
      }
    }
  }

  @Test
  void blocksAreOfEqualSize() throws InputException {
    assertEquals(5000, CudaSizes.of(MARCO, 768, false, 10_000, 10, limits(78L << 30)).block());
    assertEquals(3, CudaSizes.of(100, 4, false, 3, 500, limits(1L << 30)).block());
    assertEquals(100, CudaSizes.of(100, 4, false, 3, 500, limits(1L << 30)).depth());
  }

  @Test
  void longVectorsOfFewQueriesThatDoNotFitTheSharedMemoryAreMultiplied() throws InputException {
    assertEquals(
        CudaScan.PRODUCTS, CudaSizes.of(1000, 8192, false, 32, 10, limits(78L << 30)).scan());
    assertEquals(CudaScan.FEW, CudaSizes.of(1000, 8192, false, 8, 10, limits(78L << 30)).scan());
  }

  @Test
  void tooLittleMemoryIsRefused() {
    String message =
        assertThrows(
                InputException.class,
                () -> CudaSizes.of(MARCO, 768, false, 1, 1000, limits(1 << 20)))
            .getMessage();
    assertEquals(
        "the GPU's memory does not suffice for a single query at depth 1000: 1.0 MB are free",
        message);
  }

  @Test
  void powersOfTwo() {
    assertEquals(1, CudaSizes.powerOfTwo(1));
    assertEquals(2, CudaSizes.powerOfTwo(2));
    assertEquals(1024, CudaSizes.powerOfTwo(1000));
    assertEquals(1024, CudaSizes.powerOfTwo(1024));
    assertEquals(2048, CudaSizes.powerOfTwo(1025));
  }
}
