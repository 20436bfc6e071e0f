package org.javatron.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Where each entry of a zip file stands, so that entries stored without compression can be mapped.
 *
 * <p>java.util.zip keeps those positions to itself. Zip64 is read, as files over 4 GiB need it;
 * encryption and archives in several parts are refused. Source: PKWARE's APPNOTE.TXT, sections 4.3
 * and 4.5.3.
 */
final class ZipIndex {
  /** An entry's bytes: {@code size} of them when inflated, {@code packedSize} in the file. */
  record Entry(String name, boolean deflated, long offset, long packedSize, long size) {}

  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
  private static final int ZIP64_LOCATOR_BYTES = 20;
  private static final int ZIP64_END_SIGNATURE = 0x06064b50;
  private static final int ZIP64_END_BYTES = 56;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final long IN_ZIP64 = 0xffffffffL;
  private static final int MAX_DIRECTORY_BYTES = 1 << 24;

  private final MappedFile file;

  private ZipIndex(MappedFile file) {
    this.file = file;
  }

  /** The entries by name, in the directory's order. */
  static Map<String, Entry> read(MappedFile file) throws IOException {
    return new ZipIndex(file).directory();
  }

  private Map<String, Entry> directory() throws WeightFormatException {
    long end = findEnd();
    ByteBuffer record = bytes(end, END_BYTES);
    long size = Integer.toUnsignedLong(record.getInt(12));
    long offset = Integer.toUnsignedLong(record.getInt(16));
    if (size == IN_ZIP64 || offset == IN_ZIP64 || record.getShort(10) == -1) {
      ByteBuffer wide = bytes(zip64End(end), ZIP64_END_BYTES);
      size = wide.getLong(40);
      offset = wide.getLong(48);
    }
    if (size < 0 || size > MAX_DIRECTORY_BYTES || offset < 0 || offset > end - size) {
      throw broken("its directory should be " + size + " bytes at byte " + offset);
    }
    return entries(bytes(offset, (int) size));
  }

  /** The end record is the last thing in the file, but for a comment of at most 65535 bytes. */
  private long findEnd() throws WeightFormatException {
    int tailBytes = (int) Math.min(file.size(), END_BYTES + 0xffff);
    ByteBuffer tail = bytes(file.size() - tailBytes, tailBytes);
    for (int at = tailBytes - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END_SIGNATURE
          && Short.toUnsignedInt(tail.getShort(at + 20)) == tailBytes - END_BYTES - at) {
        return file.size() - tailBytes + at;
      }
    }
    throw broken("it has no end record (truncated?)");
  }

  private long zip64End(long end) throws WeightFormatException {
    if (end >= ZIP64_LOCATOR_BYTES) {
      ByteBuffer locator = bytes(end - ZIP64_LOCATOR_BYTES, ZIP64_LOCATOR_BYTES);
      long at = locator.getLong(8);
      if (locator.getInt(0) == ZIP64_LOCATOR_SIGNATURE
          && at >= 0
          && at <= end - ZIP64_END_BYTES
          && bytes(at, ZIP64_END_BYTES).getInt(0) == ZIP64_END_SIGNATURE) {
        return at;
      }
    }
    throw broken("its zip64 end record is not where it should be");
  }

  private Map<String, Entry> entries(ByteBuffer directory) throws WeightFormatException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    int at = 0;
    while (at < directory.limit()) {
      if (directory.limit() - at < ENTRY_BYTES || directory.getInt(at) != ENTRY_SIGNATURE) {
        throw broken("entry " + entries.size() + " of its directory is not one");
      }
      int nameBytes = Short.toUnsignedInt(directory.getShort(at + 28));
      int extraBytes = Short.toUnsignedInt(directory.getShort(at + 30));
      int commentBytes = Short.toUnsignedInt(directory.getShort(at + 32));
      int next = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
      if (next > directory.limit()) {
        throw broken("entry " + entries.size() + " of its directory passes the directory's end");
      }
      byte[] name = new byte[nameBytes];
      directory.get(at + ENTRY_BYTES, name);
      int extra = at + ENTRY_BYTES + nameBytes;
      Entry entry =
          entry(
              new String(name, StandardCharsets.UTF_8),
              directory.slice(at, ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN),
              directory.slice(extra, extraBytes).order(ByteOrder.LITTLE_ENDIAN));
      if (entries.put(entry.name(), entry) != null) {
        throw broken("entry " + entry.name() + " is there twice");
      }
      at = next;
    }
    return Collections.unmodifiableMap(entries);
  }

  private Entry entry(String name, ByteBuffer head, ByteBuffer extra) throws WeightFormatException {
    int method = Short.toUnsignedInt(head.getShort(10));
    if ((head.getShort(8) & 1) != 0 || (method != 0 && method != 8)) {
      throw broken("entry " + name + " is encrypted or packed by method " + method);
    }
    ByteBuffer wide = zip64Extra(extra);
    long size = wideOr(head.getInt(24), wide, name);
    long packedSize = wideOr(head.getInt(20), wide, name);
    long local = wideOr(head.getInt(42), wide, name);
    if (local < 0 || local > file.size() - LOCAL_BYTES) {
      throw broken("entry " + name + " should begin at byte " + local);
    }
    // The local header has its own extra field: PyTorch pads it so that the data are aligned.
    ByteBuffer header = bytes(local, LOCAL_BYTES);
    long offset =
        local
            + LOCAL_BYTES
            + Short.toUnsignedInt(header.getShort(26))
            + Short.toUnsignedInt(header.getShort(28));
    if (header.getInt(0) != LOCAL_SIGNATURE
        || packedSize < 0
        || size < 0
        || offset > file.size() - packedSize
        || (method == 0 && size != packedSize)) {
      throw broken(
          String.format(
              Locale.ROOT,
              "entry %s should be %d bytes (%d when unpacked) at byte %d",
              name,
              packedSize,
              size,
              offset));
    }
    return new Entry(name, method == 8, offset, packedSize, size);
  }

  /** The values too large for 32 bits, in the order size, packed size, offset. */
  private static ByteBuffer zip64Extra(ByteBuffer extra) {
    int at = 0;
    while (at + 4 <= extra.limit()) {
      int bytes = Math.min(Short.toUnsignedInt(extra.getShort(at + 2)), extra.limit() - at - 4);
      if (extra.getShort(at) == 1) {
        return extra.slice(at + 4, bytes).order(ByteOrder.LITTLE_ENDIAN);
      }
      at += 4 + bytes;
    }
    return ByteBuffer.allocate(0);
  }

  private long wideOr(int narrow, ByteBuffer wide, String name) throws WeightFormatException {
    if (Integer.toUnsignedLong(narrow) != IN_ZIP64) {
      return Integer.toUnsignedLong(narrow);
    }
    if (wide.remaining() < 8) {
      throw broken("entry " + name + " lacks its zip64 field");
    }
    return wide.getLong();
  }

  private ByteBuffer bytes(long position, int count) throws WeightFormatException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    file.read(position, bytes);
    return bytes.flip();
  }

  private WeightFormatException broken(String problem) {
    return new WeightFormatException(
        file.path(), "the zip archive is broken: " + problem + " (file size " + file.size() + ")");
  }
}
