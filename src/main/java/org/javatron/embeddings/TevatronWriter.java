package org.javatron.embeddings;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.javatron.io.AtomicFile;

/**
 * Writes vectors as Tevatron's search reads them: a Python pickle (protocol 4) of a pair, a NumPy
 * array [N, dim] of float32 and a list of N texts. Whole or not at all.
 *
 * <p>Cost: one pass over vectors and ids. Memory: one MiB.
 *
 * <p>Source: Python's Lib/pickletools.py for the instructions; NumPy's array_reduce for the array's
 * parts.
 */
public final class TevatronWriter {
  private static final int CHUNK = 1 << 20;

  private TevatronWriter() {}

  /**
   * Writes a pickle.
   *
   * @param vectors what to write
   * @param target the file; replaced if it exists
   * @throws IOException if a value is not finite (the message names the row) or the disk refuses;
   *     nothing is written then
   */
  public static void write(Vectors vectors, Path target) throws IOException {
    try (AtomicFile file = AtomicFile.create(target)) {
      DataOutputStream out = new DataOutputStream(file.stream());
      out.write(0x80); // PROTO
      out.write(4);
      writeArray(vectors, out);
      out.write(']'); // EMPTY_LIST
      out.write('('); // MARK
      for (long row = 0; row < vectors.rows(); row++) {
        text(out, vectors.id(row));
      }
      out.write('e'); // APPENDS
      out.write(0x86); // TUPLE2: the pair
      out.write('.'); // STOP
      out.flush();
      file.commit();
    }
  }

  /** {@code _reconstruct(ndarray, (0,), b"b")} and its state (1, shape, dtype, False, bytes). */
  private static void writeArray(Vectors vectors, DataOutputStream out) throws IOException {
    ascii(out, "cnumpy.core.multiarray\n_reconstruct\n"); // GLOBAL
    ascii(out, "cnumpy\nndarray\n");
    ascii(out, "K\0\u0085"); // BININT1 0, TUPLE1
    ascii(out, "C\1b\u0087R"); // SHORT_BINBYTES "b", TUPLE3, REDUCE
    ascii(out, "(K\1"); // MARK, BININT1 1
    whole(out, vectors.rows());
    whole(out, vectors.dim());
    out.write(0x86); // TUPLE2: the shape
    ascii(out, "cnumpy\ndtype\n");
    text(out, "f4");
    ascii(out, "\u0089\u0088\u0087R"); // NEWFALSE, NEWTRUE, TUPLE3, REDUCE
    ascii(out, "(K\3");
    text(out, "<");
    ascii(out, "NNN"); // NONE, three times
    whole(out, -1);
    whole(out, -1);
    ascii(out, "K\0tb"); // BININT1 0, TUPLE, BUILD: the dtype
    ascii(out, "\u0089\u008e"); // NEWFALSE, BINBYTES8
    little(out, vectors.rows() * vectors.dim() * Float.BYTES, Long.BYTES);
    RawRows.write(vectors, out, CHUNK);
    ascii(out, "tb"); // TUPLE, BUILD: the array
  }

  private static void ascii(OutputStream out, String instructions) throws IOException {
    out.write(instructions.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** LONG1 with eight bytes, or BININT where four suffice. */
  private static void whole(OutputStream out, long value) throws IOException {
    if (value == (int) value) {
      out.write('J');
      little(out, value, Integer.BYTES);
    } else {
      out.write(0x8a);
      out.write(Long.BYTES);
      little(out, value, Long.BYTES);
    }
  }

  /** BINUNICODE. */
  private static void text(OutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    little(out, bytes.length, Integer.BYTES);
    out.write(bytes);
  }

  private static void little(OutputStream out, long value, int count) throws IOException {
    byte[] bytes = new byte[Long.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    out.write(bytes, 0, count);
  }
}
