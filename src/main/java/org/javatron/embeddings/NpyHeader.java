package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.io.InputException;

/**
 * The beginning of a NumPy {@code .npy} file: magic, version, and a Python dictionary that says how
 * the values that follow are to be read.
 *
 * <p>Source: numpy/lib/format.py, "Format Version 1.0" to "3.0".
 */
record NpyHeader(EmbeddingType type, long rows, int dim, int bytes) {
  /** Length of the headers written here: a whole number of cache lines, so rows stay aligned. */
  static final int WRITTEN_BYTES = 128;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)");
  private static final Pattern ORDER = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(\\w+)");
  private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]*)\\)");

  /** The header's 128 bytes, as {@code numpy.save} writes them. */
  static byte[] write(EmbeddingType type, long rows, int dim) {
    String dictionary =
        "{'descr': '"
            + type.descr()
            + "', 'fortran_order': False, 'shape': ("
            + rows
            + ", "
            + dim
            + "), }";
    ByteBuffer header = ByteBuffer.allocate(WRITTEN_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(header.array(), (byte) ' ');
    header.put(MAGIC).put((byte) 1).put((byte) 0);
    header.putShort((short) (WRITTEN_BYTES - header.position() - Short.BYTES));
    header.put(dictionary.getBytes(StandardCharsets.US_ASCII));
    header.put(WRITTEN_BYTES - 1, (byte) '\n');
    return header.array();
  }

  /** Reads the header; the file's values begin at {@link #bytes}. */
  static NpyHeader read(Path file, FileChannel channel) throws IOException {
    ByteBuffer start = read(file, channel, 0, 12);
    for (byte expected : MAGIC) {
      if (start.get() != expected) {
        throw new InputException(file + " is no NumPy file: it does not begin with \\x93NUMPY");
      }
    }
    int version = start.get();
    start.get();
    if (version < 1 || version > 3) {
      throw new InputException(
          file + " is a NumPy file of version " + version + ", expected 1, 2 or 3");
    }
    int prefix = version == 1 ? 10 : 12;
    long length = version == 1 ? start.getShort() & 0xffffL : start.getInt() & 0xffffffffL;
    if (length > LONGEST) {
      throw new InputException(file + " says that its header has " + length + " bytes");
    }
    ByteBuffer text = read(file, channel, prefix, (int) length);
    return parse(file, new String(text.array(), StandardCharsets.UTF_8), prefix + (int) length);
  }

  private static ByteBuffer read(Path file, FileChannel channel, long from, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new InputException(
            file + " ends at byte " + channel.size() + ", inside its NumPy header");
      }
    }
    return bytes.flip();
  }

  private static NpyHeader parse(Path file, String text, int bytes) throws InputException {
    String descr = find(file, DESCR, "descr", text);
    EmbeddingType type =
        Arrays.stream(EmbeddingType.values())
            .filter(known -> known.descr().equals(descr))
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        file
                            + " holds values of type '"
                            + descr
                            + "', expected '<f4' (float32) or '<f2' (float16)"));
    if (!find(file, ORDER, "fortran_order", text).equals("False")) {
      throw new InputException(
          file + " is in Fortran order, expected C order (numpy.ascontiguousarray makes it so)");
    }
    String shape = find(file, SHAPE, "shape", text);
    Matcher matrix = Pattern.compile("\\s*(\\d{1,18})\\s*,\\s*(\\d{1,9})\\s*,?\\s*").matcher(shape);
    if (!matrix.matches()) {
      throw new InputException(
          file + " has the shape (" + shape + "), expected two dimensions: rows and values");
    }
    return new NpyHeader(
        type, Long.parseLong(matrix.group(1)), Integer.parseInt(matrix.group(2)), bytes);
  }

  private static String find(Path file, Pattern pattern, String name, String text)
      throws InputException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new InputException(file + " has no '" + name + "' in its NumPy header");
    }
    return matcher.group(1);
  }
}
