package org.javatron.data;

import it.unimi.dsi.fastutil.HashCommon;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * A hash table from ids to places in a file, itself a mapped file.
 *
 * <p>Open addressing, at most half full. A slot holds 16 bits of the id's hash and 48 bits of its
 * place plus one, 0 where it is empty; ids themselves stand at their places. The hash bits make it
 * rare that a place is looked at in vain.
 */
final class OffsetTable {
  /** Whether the record at a place is the one sought. */
  @FunctionalInterface
  interface Match {
    boolean at(long place) throws IOException;
  }

  private static final int PLACE_BITS = 48;
  private static final long PLACE = (1L << PLACE_BITS) - 1;

  /** Slots of one mapping, 1 GiB: a Java 17 buffer ends at 2 GiB. */
  private static final int WINDOW_BITS = 27;

  private final LongBuffer[] windows;
  private final int windowBits;
  private final long mask;

  private OffsetTable(LongBuffer[] windows, int windowBits, long mask) {
    this.windows = windows;
    this.windowBits = windowBits;
    this.mask = mask;
  }

  /** A table for so many ids in a file, which is made as long as it takes. */
  static OffsetTable map(FileChannel file, long ids) throws IOException {
    return map(file, ids, WINDOW_BITS);
  }

  /** Tests take windows of fewer slots. */
  static OffsetTable map(FileChannel file, long ids, int windowBits) throws IOException {
    long slots = HashCommon.nextPowerOfTwo(Math.max(2, 2 * ids));
    long window = Math.min(slots, 1L << windowBits);
    LongBuffer[] windows = new LongBuffer[Math.toIntExact(slots / window)];
    for (int i = 0; i < windows.length; i++) {
      windows[i] =
          file.map(MapMode.READ_WRITE, i * window * Long.BYTES, window * Long.BYTES).asLongBuffer();
    }
    return new OffsetTable(windows, windowBits, slots - 1);
  }

  /** Puts an id's place, below 2^48; false if the id is there already. */
  boolean add(byte[] id, long place, Match same) throws IOException {
    long hash = hash(id);
    long slot = slot(hash, same);
    if (slot < 0) {
      return false;
    }
    window(slot).put(inWindow(slot), hash & ~PLACE | place + 1);
    return true;
  }

  /** An id's place, or -1 if it is not there. */
  long find(byte[] id, Match same) throws IOException {
    long slot = slot(hash(id), same);
    return slot < 0 ? entry(~slot) - 1 & PLACE : -1;
  }

  /** The complement of the id's slot if it is there, else the slot that is free for it. */
  private long slot(long hash, Match same) throws IOException {
    long slot = hash & mask;
    for (long entry = entry(slot); entry != 0; entry = entry(slot)) {
      if ((entry ^ hash) >>> PLACE_BITS == 0 && same.at((entry & PLACE) - 1)) {
        return ~slot;
      }
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private long entry(long slot) {
    return window(slot).get(inWindow(slot));
  }

  private LongBuffer window(long slot) {
    return windows[(int) (slot >>> windowBits)];
  }

  private int inWindow(long slot) {
    return (int) (slot & (1L << windowBits) - 1);
  }

  private static long hash(byte[] id) {
    long hash = id.length;
    for (byte b : id) {
      hash = HashCommon.mix(hash ^ b);
    }
    return hash;
  }
}
