package org.javatron.embeddings;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.io.AtomicFile;

/**
 * Writes vectors as a flat index that {@code faiss.read_index} reads, float32, whole or not at all.
 *
 * <p>Faiss's ids are whole numbers. If all ids are such, the file is an IndexIDMap ({@code IxMp})
 * of a flat index, or the flat index alone where each id is its row; else it is the flat index, and
 * the ids stand in {@code FILE.ids}, one a line in the order of the rows.
 *
 * <p>Cost: three passes over the ids, one over the vectors. Memory: one MiB.
 */
public final class FaissWriter {
  private static final int CHUNK = 1 << 20;

  private FaissWriter() {}

  /** How the ids went into the file. */
  public enum Ids {
    /** Each is its row, which is how Faiss counts by itself. */
    ROWS,
    /** As the IndexIDMap's numbers. */
    NUMBERS,
    /** In the file beside the index. */
    LINES
  }

  /**
   * Writes an index.
   *
   * @param vectors what to write
   * @param innerProduct the metric: inner product, else squared distance
   * @param target the file; replaced if it exists, as is the file of ids beside it
   * @return where the ids are
   * @throws IOException if a value is not finite or an id holds a line break (the message names the
   *     row), or the disk refuses; nothing is written then
   */
  public static Ids write(Vectors vectors, boolean innerProduct, Path target) throws IOException {
    Ids ids = kind(vectors);
    Path lines = target.resolveSibling(target.getFileName() + FaissFile.IDS_SUFFIX);
    try (AtomicFile index = AtomicFile.create(target);
        AtomicFile text = ids == Ids.LINES ? AtomicFile.create(lines) : null) {
      OutputStream out = index.stream();
      FaissHeader flat =
          new FaissHeader(
              innerProduct ? "IxFI" : "IxF2", vectors.dim(), vectors.rows(), innerProduct);
      if (ids == Ids.NUMBERS) {
        out.write(new FaissHeader("IxMp", flat.dim(), flat.rows(), innerProduct).toBytes());
      }
      out.write(flat.toBytes());
      out.write(number(vectors.rows() * vectors.dim()));
      RawRows.write(vectors, out, CHUNK);
      if (ids == Ids.NUMBERS) {
        out.write(number(vectors.rows()));
        for (long row = 0; row < vectors.rows(); row++) {
          out.write(number(Long.parseLong(vectors.id(row))));
        }
      }
      if (text != null) {
        for (long row = 0; row < vectors.rows(); row++) {
          text.stream().write(RowChecks.lines(List.of(vectors.id(row)), row));
        }
        text.commit();
      } else {
        Files.deleteIfExists(lines); // an older index's would be taken for this one's
      }
      index.commit();
    }
    return ids;
  }

  private static Ids kind(Vectors vectors) throws IOException {
    boolean rows = true;
    for (long row = 0; row < vectors.rows(); row++) {
      String id = vectors.id(row);
      if (!isNumber(id)) {
        return Ids.LINES;
      }
      rows &= id.equals(Long.toString(row));
    }
    return rows ? Ids.ROWS : Ids.NUMBERS;
  }

  /** Whether a number gives the text back: "07" and "+7" do not. */
  private static boolean isNumber(String id) {
    try {
      return Long.toString(Long.parseLong(id)).equals(id);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static byte[] number(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
