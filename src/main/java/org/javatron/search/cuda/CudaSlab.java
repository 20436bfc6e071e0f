package org.javatron.search.cuda;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.javatron.embeddings.Vectors;
import org.javatron.kernels.cuda.CudaArray;
import org.javatron.kernels.cuda.CudaDevice;
import org.javatron.kernels.cuda.CudaProgram;
import org.javatron.kernels.cuda.CudaType;
import org.javatron.kernels.cuda.CudaUploads;
import org.javatron.search.Checks;

/** Consecutive passages on the GPU: their halves, their float32 values if they have such. */
final class CudaSlab implements Closeable {
  private static final int THREADS = 256;
  private static final int NO_BAD_ROW = Integer.MAX_VALUE;

  /** Parts of a copy that go by themselves: one processor does not keep up with the GPU. */
  private static final int PARTS = Runtime.getRuntime().availableProcessors();

  final CudaArray halves; // [rows, stride]
  final CudaArray wide; // [rows, dim] or null
  final CudaArray facts; // struct SlabFacts
  private final Vectors passages;
  private final CudaProgram program;
  private final int blocks;
  private int first;
  private int rows;

  CudaSlab(CudaDevice device, CudaProgram program, Vectors passages, CudaSizes sizes) {
    this.passages = passages;
    this.program = program;
    this.blocks = 8 * device.multiprocessors();
    this.halves = device.allocate(CudaType.FLOAT16, sizes.slabRows(), sizes.stride());
    this.wide =
        sizes.wide() ? device.allocate(CudaType.FLOAT32, sizes.slabRows(), sizes.dim()) : null;
    this.facts = device.allocate(CudaType.INT32, CudaSizes.BYTES_OF_FACTS / Integer.BYTES);
  }

  /** The ordinal of the first row. */
  int first() {
    return first;
  }

  int rows() {
    return rows;
  }

  /** Copies passages to the GPU, on whichever thread. */
  void fill(CudaUploads uploads, int from, int count) {
    first = from;
    rows = count;
    int dim = passages.dim();
    int stride = (int) halves.size(1);
    if (wide != null) {
      uploads.put(wide, count, dim * Float.BYTES, (row, n, to) -> copy(row, n, to, dim * 4));
    } else if (stride == dim) {
      uploads.put(halves, count, stride * Short.BYTES, (row, n, to) -> copy(row, n, to, dim * 2));
    } else {
      uploads.put(halves, count, stride * Short.BYTES, (row, n, to) -> pad(row, n, to, stride * 2));
    }
  }

  private void copy(long row, int count, ByteBuffer target, int rowBytes) {
    IntStream.range(0, PARTS)
        .parallel()
        .forEach(
            part -> {
              int from = (int) ((long) count * part / PARTS);
              int to = (int) ((long) count * (part + 1) / PARTS);
              ByteBuffer share = target.slice(from * rowBytes, (to - from) * rowBytes);
              passages.copy(first + row + from, to - from, share.order(target.order()));
            });
  }

  private void pad(long row, int count, ByteBuffer target, int rowBytes) {
    for (int i = 0; i < count; i++) {
      ByteBuffer one = target.slice(i * rowBytes, rowBytes).order(target.order());
      passages.copy(first + row + i, 1, one);
      while (one.hasRemaining()) {
        one.put((byte) 0);
      }
    }
  }

  /** Norms and halves, on the device's thread. */
  void measure() throws IOException {
    program.launch("search_facts_begin", 1, 1, 1, 0, facts);
    int stride = (int) halves.size(1);
    if (wide == null) {
      program.launch("search_measure_half", blocks, 1, THREADS, 0, halves, stride, rows, facts);
    } else {
      int dim = passages.dim();
      program.launch("search_measure_float", blocks, 1, THREADS, 0, wide, dim, rows, facts);
      program.launch(
          "search_narrow", blocks, 1, THREADS, 0, wide, dim, rows, halves, stride, facts);
    }
    int[] found = new int[CudaSizes.BYTES_OF_FACTS / Integer.BYTES];
    facts.getInts(found, 0, found.length);
    int bad = found[found.length - 1];
    if (bad != NO_BAD_ROW) {
      Checks.finite(passages, (long) first + bad);
      throw new IOException("row " + (first + bad) + " of the passages changed while it was read");
    }
  }

  @Override
  public void close() {
    halves.close();
    if (wide != null) {
      wide.close();
    }
    facts.close();
  }
}
