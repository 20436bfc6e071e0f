package org.javatron.embeddings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.javatron.io.InputException;

/**
 * Embeddings on disk, opened by mapping in constant time, whatever their size: any number of
 * folders as one matrix.
 *
 * <p>A row's ordinal is its place in the folders in the order in which they were given, the shards
 * of a divided collection in their own order. Nothing is held but the mappings, and half a byte a
 * row for finding ids once the first is asked for. There is nothing to close: the system unmaps the
 * files when this object is garbage. Thread-safe.
 */
public final class Embeddings implements Vectors {
  private final List<EmbeddingsFolder> folders;
  private final long[] starts;
  private final int dim;

  private Embeddings(List<EmbeddingsFolder> folders) {
    this.folders = folders;
    this.dim = folders.get(0).manifest().header().dim();
    this.starts = new long[folders.size() + 1];
    for (int i = 0; i < folders.size(); i++) {
      starts[i + 1] = starts[i] + folders.get(i).rows();
    }
  }

  /**
   * Opens one folder, or all shards below it.
   *
   * @param directory a folder of embeddings, or one of folders {@code shard-<i>-of-<n>}
   * @return the embeddings
   * @throws IOException as {@link #open(List)}
   */
  public static Embeddings open(Path directory) throws IOException {
    return open(List.of(directory));
  }

  /**
   * Opens folders as one matrix.
   *
   * @param directories one or more, each a folder of embeddings or one of folders {@code
   *     shard-<i>-of-<n>}
   * @return the embeddings
   * @throws IOException if a folder or shard is missing or unfinished, a file is not as its
   *     manifest says, or dimensions differ; the message names the folder
   */
  public static Embeddings open(List<Path> directories) throws IOException {
    return open(directories, MappedFile.WINDOW);
  }

  static Embeddings open(List<Path> directories, int window) throws IOException {
    List<EmbeddingsFolder> folders = new ArrayList<>();
    for (Path given : directories) {
      for (Path directory : ShardFolders.of(given)) {
        folders.add(EmbeddingsFolder.open(directory, window));
      }
    }
    if (folders.isEmpty()) {
      throw new IllegalArgumentException("no folder of embeddings was given");
    }
    EmbeddingsFolder first = folders.get(0);
    for (EmbeddingsFolder folder : folders) {
      int dim = folder.manifest().header().dim();
      if (dim != first.manifest().header().dim()) {
        throw new InputException(
            String.format(
                "%s has vectors of %d values but %s has vectors of %d",
                folder.directory(), dim, first.directory(), first.manifest().header().dim()));
      }
    }
    return new Embeddings(folders);
  }

  @Override
  public long rows() {
    return starts[folders.size()];
  }

  @Override
  public int dim() {
    return dim;
  }

  /**
   * The folders' manifests.
   *
   * @return one for each folder, in the order of their rows
   */
  public List<EmbeddingsManifest> manifests() {
    return folders.stream().map(EmbeddingsFolder::manifest).toList();
  }

  /**
   * The folders themselves.
   *
   * @return one for each shard, in the order of their rows
   */
  public List<Path> directories() {
    return folders.stream().map(EmbeddingsFolder::directory).toList();
  }

  @Override
  public String id(long ordinal) throws IOException {
    Objects.checkIndex(ordinal, rows());
    int folder = folderOf(ordinal);
    return folders.get(folder).id(ordinal - starts[folder]);
  }

  @Override
  public FloatBuffer tile(long from, int count, FloatBuffer scratch) {
    Objects.checkFromIndexSize(from, count, rows());
    if (count > 0) {
      int first = folderOf(from);
      EmbeddingsFolder folder = folders.get(first);
      if (folder.viewable(from - starts[first]) >= count) {
        return folder.view(from - starts[first], count);
      }
    }
    FloatBuffer target = scratch.duplicate().clear();
    copy(from, count, target);
    return target.flip();
  }

  @Override
  public void read(long from, int count, float[] target, int offset) {
    Objects.checkFromIndexSize(from, count, rows());
    copy(from, count, FloatBuffer.wrap(target, offset, Math.multiplyExact(count, dim)));
  }

  /** Float16 where every folder is; folders of both types are read as float32. */
  @Override
  public EmbeddingType type() {
    boolean halves =
        folders.stream()
            .allMatch(folder -> folder.manifest().header().type() == EmbeddingType.FLOAT16);
    return halves ? EmbeddingType.FLOAT16 : EmbeddingType.FLOAT32;
  }

  @Override
  public void copy(long from, int count, ByteBuffer target) {
    Objects.checkFromIndexSize(from, count, rows());
    if (type() == EmbeddingType.FLOAT32) {
      int bytes = Math.multiplyExact(count, dim * Float.BYTES);
      copy(
          from,
          count,
          target.slice(target.position(), bytes).order(target.order()).asFloatBuffer());
      target.position(target.position() + bytes);
      return;
    }
    for (long next = from; next < from + count; ) {
      int folder = folderOf(next);
      int piece = (int) (Math.min(starts[folder + 1], from + count) - next);
      folders.get(folder).copyStored(next - starts[folder], piece, target);
      next += piece;
    }
  }

  private void copy(long from, int count, FloatBuffer target) {
    for (long next = from; next < from + count; ) {
      int folder = folderOf(next);
      int piece = (int) (Math.min(starts[folder + 1], from + count) - next);
      folders.get(folder).copy(next - starts[folder], piece, target);
      next += piece;
    }
  }

  private int folderOf(long ordinal) {
    int found = Arrays.binarySearch(starts, ordinal);
    int folder = found >= 0 ? found : -found - 2;
    while (starts[folder + 1] == ordinal) {
      folder++; // an empty folder begins where the next one does
    }
    return folder;
  }

  /**
   * Reads every file once and compares its hash with the manifest's.
   *
   * @throws IOException if a file was changed since it was written; the message names it
   */
  public void verify() throws IOException {
    for (EmbeddingsFolder folder : folders) {
      folder.verify();
    }
  }
}
