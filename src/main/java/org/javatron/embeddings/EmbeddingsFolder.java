package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.javatron.embeddings.EmbeddingsManifest.FileFacts;
import org.javatron.io.InputException;
import org.javatron.io.Sha256;

/** One finished folder: its manifest, its mapped rows, its ids. */
final class EmbeddingsFolder {
  private final Path directory;
  private final EmbeddingsManifest manifest;
  private final MappedFile values;
  private final IdList ids;

  private EmbeddingsFolder(
      Path directory, EmbeddingsManifest manifest, MappedFile values, IdList ids) {
    this.directory = directory;
    this.manifest = manifest;
    this.values = values;
    this.ids = ids;
  }

  /** Opens a folder in constant time: sizes and headers are checked, contents are not read. */
  static EmbeddingsFolder open(Path directory, int window) throws IOException {
    EmbeddingsManifest manifest =
        EmbeddingsManifest.read(directory.resolve(EmbeddingsManifest.NAME));
    EmbeddingsHeader header = manifest.header();
    Path npy = directory.resolve(EmbeddingsManifest.NPY_NAME);
    Path ids = directory.resolve(EmbeddingsManifest.IDS_NAME);
    try (FileChannel channel = FileChannel.open(npy, StandardOpenOption.READ)) {
      NpyHeader found = NpyHeader.read(npy, channel);
      requireMatrix(npy, header, found);
      long rowBytes = (long) header.dim() * header.type().bytes();
      long expected = found.bytes() + header.rows() * rowBytes;
      requireSize(npy, channel.size(), expected, header.rows());
      requireSize(npy, manifest.npy().bytes(), expected, header.rows());
      requireSize(ids, Files.size(ids), manifest.ids().bytes(), header.rows());
      MappedFile values =
          new MappedFile(channel, found.bytes(), header.rows(), Math.toIntExact(rowBytes), window);
      return new EmbeddingsFolder(
          directory, manifest, values, new IdList(ids, header.rows(), window));
    }
  }

  private static void requireMatrix(Path npy, EmbeddingsHeader header, NpyHeader found)
      throws InputException {
    if (found.rows() != header.rows()
        || found.dim() != header.dim()
        || found.type() != header.type()) {
      throw new InputException(
          String.format(
              "%s should be %s [%d, %d] by its manifest but is %s [%d, %d]",
              npy,
              header.type(),
              header.rows(),
              header.dim(),
              found.type(),
              found.rows(),
              found.dim()));
    }
  }

  private static void requireSize(Path file, long found, long expected, long rows)
      throws InputException {
    if (found != expected) {
      throw new InputException(
          String.format(
              "%s should have %d bytes for its %d rows but has %d", file, expected, rows, found));
    }
  }

  EmbeddingsManifest manifest() {
    return manifest;
  }

  Path directory() {
    return directory;
  }

  long rows() {
    return manifest.header().rows();
  }

  String id(long row) throws IOException {
    return ids.get(row);
  }

  /** How many rows from {@code row} on can be viewed in place as float32. */
  long viewable(long row) {
    return manifest.header().type() == EmbeddingType.FLOAT32 ? values.contiguous(row) : 0;
  }

  FloatBuffer view(long row, int count) {
    return values.slice(row, count).asFloatBuffer();
  }

  /** Copies rows to the target's position, widening them if needed. */
  void copy(long row, int count, FloatBuffer target) {
    for (long next = row; next < row + count; ) {
      int piece = (int) Math.min(values.contiguous(next), row + count - next);
      ByteBuffer bytes = values.slice(next, piece);
      if (manifest.header().type() == EmbeddingType.FLOAT32) {
        target.put(bytes.asFloatBuffer());
      } else {
        widen(bytes.asShortBuffer(), target);
      }
      next += piece;
    }
  }

  /** Copies rows as they are stored to the target's position. */
  void copyStored(long row, int count, ByteBuffer target) {
    for (long next = row; next < row + count; ) {
      int piece = (int) Math.min(values.contiguous(next), row + count - next);
      target.put(values.slice(next, piece));
      next += piece;
    }
  }

  private static void widen(ShortBuffer halves, FloatBuffer target) {
    for (int i = halves.position(); i < halves.limit(); i++) {
      target.put(Half.toFloat(halves.get(i)));
    }
  }

  void verify() throws IOException {
    verify(EmbeddingsManifest.NPY_NAME, manifest.npy());
    verify(EmbeddingsManifest.IDS_NAME, manifest.ids());
  }

  private void verify(String name, FileFacts facts) throws IOException {
    Path file = directory.resolve(name);
    String found = Sha256.of(file);
    if (!found.equals(facts.sha256())) {
      throw new InputException(
          file + " should have the sha256 " + facts.sha256() + " but has " + found);
    }
  }
}
