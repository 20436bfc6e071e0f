package org.javatron.kernels.cuda;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;

/**
 * Copies large matrices to a GPU while it computes: rows are put into page-locked memory, which the
 * GPU fetches on a stream of its own, not in turn with what the device was asked for. So whoever
 * uses this sees to it that nothing still reads the target, and that nothing reads it before {@link
 * #put} has returned.
 *
 * <p>For one thread at a time, which may be another than the device's.
 */
public final class CudaUploads implements Closeable {
  private static final int SLOTS = 3;
  private static final int SLOT_BYTES = 16 << 20;

  private final CudaDevice device;
  private final CUstream_st stream = new CUstream_st();
  private final BytePointer[] slots = new BytePointer[SLOTS];
  private final ByteBuffer[] buffers = new ByteBuffer[SLOTS];
  private final CUevent_st[] fetched = new CUevent_st[SLOTS];

  /** Where rows come from. */
  @FunctionalInterface
  public interface Rows {
    /**
     * Writes rows one behind the other.
     *
     * @param first the first row, counted from the matrix's own first
     * @param count how many
     * @param target little-endian, exactly large enough
     */
    void fill(long first, int count, ByteBuffer target);
  }

  /**
   * Allocates the page-locked memory.
   *
   * @param device where the matrices go
   * @param rowBytes bytes of the longest row that will be put
   */
  public CudaUploads(CudaDevice device, int rowBytes) {
    this.device = device;
    device.enter();
    CudaLibraries.check(
        cudart.cuStreamCreate(stream, cudart.CU_STREAM_NON_BLOCKING), "a stream for copies");
    int bytes = Math.max(SLOT_BYTES, rowBytes);
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new BytePointer();
      CudaLibraries.check(
          cudart.cuMemHostAlloc(slots[i], bytes, 0), "allocating page-locked memory");
      buffers[i] = slots[i].capacity(bytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      fetched[i] = new CUevent_st();
      CudaLibraries.check(
          cudart.cuEventCreate(fetched[i], cudart.CU_EVENT_DISABLE_TIMING), "making an event");
    }
  }

  /**
   * The memory outside Java's heap that this takes.
   *
   * @param rowBytes bytes of the longest row that will be put
   * @return bytes
   */
  public static long bytes(int rowBytes) {
    return SLOTS * (long) Math.max(SLOT_BYTES, rowBytes);
  }

  /**
   * Copies rows to an array's beginning and returns when they are there.
   *
   * @param target gets them
   * @param rows how many
   * @param rowBytes bytes of one
   * @param source where they come from
   */
  public void put(CudaArray target, long rows, int rowBytes, Rows source) {
    if (rows * rowBytes > target.length() * target.type().bytes()) {
      throw new IllegalArgumentException(rows + " rows of " + rowBytes + " bytes for " + target);
    }
    device.enter();
    int most = buffers[0].capacity() / rowBytes;
    int slot = 0;
    for (long done = 0; done < rows; slot = (slot + 1) % SLOTS) {
      int count = (int) Math.min(most, rows - done);
      CudaLibraries.check(cudart.cuEventSynchronize(fetched[slot]), "copying to the GPU");
      ByteBuffer part = buffers[slot].slice(0, count * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
      source.fill(done, count, part);
      CudaLibraries.check(
          cudart.cuMemcpyHtoDAsync(
              target.address() + done * rowBytes, slots[slot], (long) count * rowBytes, stream),
          "copying to the GPU");
      CudaLibraries.check(cudart.cuEventRecord(fetched[slot], stream), "recording an event");
      done += count;
    }
    CudaLibraries.check(cudart.cuStreamSynchronize(stream), "copying to the GPU");
  }

  /** Frees the page-locked memory. */
  @Override
  public void close() {
    device.enter();
    cudart.cuStreamSynchronize(stream);
    for (int i = 0; i < SLOTS; i++) {
      cudart.cuEventDestroy(fetched[i]);
      cudart.cuMemFreeHost(slots[i]);
    }
    cudart.cuStreamDestroy(stream);
  }
}
