package org.javatron.kernels.cuda;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The way between Java and the GPU: slots of page-locked memory, which the GPU reads and writes by
 * itself. Values are put into a slot, and while the GPU fetches it, the next slot is filled; a slot
 * is waited for only when its turn comes again.
 *
 * <p>Floats for an array of 16-bit values travel as floats and are rounded on the GPU.
 */
final class CudaStaging implements Closeable {
  private static final int SLOTS = 8;
  private static final int SLOT_BYTES = 4 << 20;
  private static final int THREADS = 256;

  /** Page-locked memory here, and an array on the GPU. */
  static final long BYTES = (SLOTS + 1L) * SLOT_BYTES;

  /** Copies a part of what is to be moved into or out of a slot. */
  private interface Move {
    void run(ByteBuffer slot, long done, int count);
  }

  private final CudaDevice device;
  private final BytePointer[] slots = new BytePointer[SLOTS];
  private final ByteBuffer[] buffers = new ByteBuffer[SLOTS];
  private final CUevent_st[] read = new CUevent_st[SLOTS];
  private final CudaArray floats;
  private int next;

  CudaStaging(CudaDevice device) {
    this.device = device;
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new BytePointer();
      CudaLibraries.check(
          cudart.cuMemHostAlloc(slots[i], SLOT_BYTES, 0), "allocating page-locked memory");
      buffers[i] = slots[i].capacity(SLOT_BYTES).asByteBuffer().order(ByteOrder.nativeOrder());
      read[i] = new CUevent_st();
      CudaLibraries.check(
          cudart.cuEventCreate(read[i], cudart.CU_EVENT_DISABLE_TIMING), "making an event");
    }
    floats = device.allocate(CudaType.FLOAT32, SLOT_BYTES / Float.BYTES);
  }

  void put(float[] values, int from, int count, CudaArray to) {
    Move fill = (slot, done, part) -> slot.asFloatBuffer().put(values, from + (int) done, part);
    if (to.type() == CudaType.FLOAT32) {
      up(count, Float.BYTES, to.address(), fill);
      return;
    }
    CudaProgram convert = device.program("convert", to.type().storageDefine());
    int most = SLOT_BYTES / Float.BYTES;
    for (int done = 0; done < count; done += most) {
      int part = Math.min(most, count - done);
      int before = done;
      up(part, Float.BYTES, floats.address(), (slot, d, n) -> fill.run(slot, before + d, n));
      convert.launch("toStorage", blocks(part), 1, THREADS, 0, floats, to.view(done, part), part);
    }
  }

  void put(FloatBuffer values, CudaArray to) {
    up(
        values.limit(),
        Float.BYTES,
        to.address(),
        (slot, done, part) -> slot.asFloatBuffer().put(0, values, (int) done, part));
  }

  void put(int[] values, int from, int count, CudaArray to) {
    up(
        count,
        Integer.BYTES,
        to.address(),
        (slot, done, part) -> slot.asIntBuffer().put(values, from + (int) done, part));
  }

  void put(long[] values, int from, int count, CudaArray to) {
    up(
        count,
        Long.BYTES,
        to.address(),
        (slot, done, part) -> slot.asLongBuffer().put(values, from + (int) done, part));
  }

  void put(Pointer host, long bytes, long to) {
    BytePointer source = new BytePointer(host);
    up(
        bytes,
        1,
        to,
        (slot, done, part) -> slot.put(source.getPointer(done).limit(part).asByteBuffer()));
  }

  private void up(long count, int size, long to, Move fill) {
    device.enter();
    int most = SLOT_BYTES / size;
    for (long done = 0; done < count; done += most) {
      int part = (int) Math.min(most, count - done);
      int slot = freeSlot();
      fill.run(buffers[slot].clear(), done, part);
      CudaLibraries.check(
          cudart.cuMemcpyHtoDAsync(
              to + done * size, slots[slot], (long) part * size, device.stream()),
          "copying to the GPU");
      record(slot);
    }
  }

  void get(CudaArray from, float[] values, int at, int count) {
    Move empty = (slot, done, part) -> slot.asFloatBuffer().get(values, at + (int) done, part);
    if (from.type() == CudaType.FLOAT32) {
      down(count, Float.BYTES, from.address(), empty);
      return;
    }
    CudaProgram convert = device.program("convert", from.type().storageDefine());
    int most = SLOT_BYTES / Float.BYTES;
    for (int done = 0; done < count; done += most) {
      int part = Math.min(most, count - done);
      int before = done;
      convert.launch(
          "fromStorage", blocks(part), 1, THREADS, 0, from.view(done, part), floats, part);
      down(part, Float.BYTES, floats.address(), (slot, d, n) -> empty.run(slot, before + d, n));
    }
  }

  void get(CudaArray from, int[] values, int at, int count) {
    down(
        count,
        Integer.BYTES,
        from.address(),
        (slot, done, part) -> slot.asIntBuffer().get(values, at + (int) done, part));
  }

  void get(CudaArray from, long[] values, int at, int count) {
    down(
        count,
        Long.BYTES,
        from.address(),
        (slot, done, part) -> slot.asLongBuffer().get(values, at + (int) done, part));
  }

  void get(long from, Pointer host, long bytes) {
    BytePointer target = new BytePointer(host);
    down(
        bytes,
        1,
        from,
        (slot, done, part) ->
            target.getPointer(done).limit(part).asByteBuffer().put(slot.limit(part)));
  }

  /** One slot is emptied while the next is being filled. */
  private void down(long count, int size, long from, Move empty) {
    device.enter();
    int most = SLOT_BYTES / size;
    int last = -1;
    for (long done = 0; done < count; done += most) {
      int slot = freeSlot();
      CudaLibraries.check(
          cudart.cuMemcpyDtoHAsync(
              slots[slot],
              from + done * size,
              Math.min(most, count - done) * size,
              device.stream()),
          "copying from the GPU");
      record(slot);
      if (last >= 0) {
        finish(last, done - most, most, empty);
      }
      last = slot;
    }
    if (last >= 0) {
      long rest = (count - 1) / most * most;
      finish(last, rest, (int) (count - rest), empty);
    }
  }

  private void finish(int slot, long done, int count, Move empty) {
    await(slot);
    empty.run(buffers[slot].clear(), done, count);
  }

  private int freeSlot() {
    int slot = next;
    next = (next + 1) % SLOTS;
    await(slot);
    return slot;
  }

  private void record(int slot) {
    CudaLibraries.check(cudart.cuEventRecord(read[slot], device.stream()), "recording an event");
  }

  /** An event that was never recorded counts as done. */
  private void await(int slot) {
    CudaLibraries.check(
        cudart.cuEventSynchronize(read[slot]),
        "computing on " + device.name() + " (a kernel may have failed)");
  }

  private static int blocks(int count) {
    return (count + THREADS - 1) / THREADS;
  }

  @Override
  public void close() {
    floats.close();
    for (int i = 0; i < SLOTS; i++) {
      cudart.cuEventDestroy(read[i]);
      cudart.cuMemFreeHost(slots[i]);
    }
  }
}
