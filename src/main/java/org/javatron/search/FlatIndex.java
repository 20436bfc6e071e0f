package org.javatron.search;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.FaissFile;
import org.javatron.embeddings.MemoryVectors;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/**
 * Vectors with ids, searched exactly: what IndexFlat and IndexIDMap are in Faiss, for Java.
 *
 * <pre>{@code
 * try (FlatIndex index = FlatIndex.inMemory(3, Metric.COSINE)) {
 *   index.add(List.of("a", "b"), new float[] {1, 0, 0, 0, 1, 0});
 *   for (Hit hit : index.search(new float[] {1, 1, 0}, 10).get(0)) {
 *     System.out.println(hit.id() + " " + hit.score());
 *   }
 * }
 * try (FlatIndex index = FlatIndex.open(Path.of("passages"))) { ... } // or a Faiss file
 * }</pre>
 *
 * <p>Queries are arrays of float32, any number one behind the other. Results are best first: score
 * descending, then ordinal (row) ascending, with scores by {@link Metric}'s definition, the same
 * bits on every machine. For collections and queries on disk see {@link ExactSearcher}, which
 * streams.
 *
 * <p>Thread-safe: searches run one after another, each on all threads; {@link #add} waits for them.
 * Cost as {@link ExactSearcher}.
 */
public final class FlatIndex implements Closeable {
  private final Vectors vectors;
  private final Metric metric;
  private final SearchOptions options;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private ExactSearcher searcher;
  private IdLookup lookup;
  private boolean closed;

  private FlatIndex(Vectors vectors, Metric metric, SearchOptions options) {
    this.vectors = vectors;
    this.metric = metric;
    this.options = options;
  }

  /**
   * Opens vectors on disk in constant time, by mapping. The metric is the inner product, or what a
   * Faiss file says.
   *
   * @param path a folder of embeddings or of shards of them, or a flat index written by Faiss
   * @return the index, to be closed by the caller
   * @throws IOException as {@link Embeddings#open(Path)} or {@link FaissFile#open(Path)}
   */
  public static FlatIndex open(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      FaissFile file = FaissFile.open(path);
      return of(file, file.innerProduct() ? Metric.INNER_PRODUCT : Metric.L2);
    }
    return of(Embeddings.open(path), Metric.INNER_PRODUCT);
  }

  /**
   * An index over any vectors.
   *
   * @param vectors float32 [N, dim], finite, which do not change
   * @param metric what orders them
   * @return the index, to be closed by the caller; the vectors stay open
   */
  public static FlatIndex of(Vectors vectors, Metric metric) {
    return new FlatIndex(vectors, metric, SearchOptions.defaults());
  }

  /**
   * An empty index to {@link #add} to.
   *
   * @param dim values in a vector, 1 or more
   * @param metric what orders them
   * @return the index, to be closed by the caller
   */
  public static FlatIndex inMemory(int dim, Metric metric) {
    return new FlatIndex(new GrowingVectors(dim), metric, SearchOptions.defaults());
  }

  /**
   * Adds vectors behind those that are there, all of them or none.
   *
   * @param ids one for each vector, none of which the index has
   * @param rows float32 [ids.size(), dim] row-major, finite; copied
   * @throws IllegalArgumentException if an id comes twice, a value is not finite, or the numbers do
   *     not fit
   * @throws UnsupportedOperationException if the index is not {@link #inMemory}
   */
  public void add(List<String> ids, float[] rows) {
    if (!(vectors instanceof GrowingVectors growing)) {
      throw new UnsupportedOperationException("vectors on disk do not grow");
    }
    lock.writeLock().lock();
    try {
      requireOpen();
      growing.add(ids, rows);
      closeSearcher(); // it remembers the vectors' lengths
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * How many vectors there are.
   *
   * @return 0 or more
   */
  public long size() {
    return locked(vectors::rows);
  }

  /**
   * The length of each vector.
   *
   * @return 1 or more
   */
  public int dim() {
    return vectors.dim();
  }

  /**
   * What orders the results.
   *
   * @return the metric
   */
  public Metric metric() {
    return metric;
  }

  /**
   * The best passages of each query.
   *
   * @param queries float32 [Q, dim] row-major, finite
   * @param depth passages for each, 1 or more; more than there are gives all of them
   * @return Q lists, best first
   * @throws IOException if a value or a score is not finite (the message names the row), or memory
   *     does not suffice
   * @throws IllegalArgumentException if the queries are not rows of dim values or the depth is
   *     below 1
   */
  public List<List<Hit>> search(float[] queries, int depth) throws IOException {
    return search(queries, depth, Selector.all());
  }

  /**
   * The best of the selected passages.
   *
   * @param queries float32 [Q, dim] row-major, finite
   * @param depth passages for each, 1 or more
   * @param selector which passages may be found
   * @return Q lists, best first
   * @throws IOException as {@link #search(float[], int)}
   */
  public List<List<Hit>> search(float[] queries, int depth, Selector selector) throws IOException {
    List<List<Hit>> found = new ArrayList<>();
    return locked(
        () -> {
          searcher()
              .search(
                  rows(queries), depth, selector, Progress.none(), (q, hits) -> add(hits, found));
          return found;
        });
  }

  /**
   * All passages that score a threshold or more.
   *
   * @param queries float32 [Q, dim] row-major, finite
   * @param threshold the least score; with {@link Metric#L2} minus the greatest squared distance
   * @param selector which passages may be found
   * @return Q lists, best first
   * @throws IOException as {@link #search(float[], int)}
   */
  public List<List<Hit>> rangeSearch(float[] queries, float threshold, Selector selector)
      throws IOException {
    List<List<Hit>> found = new ArrayList<>();
    return locked(
        () -> {
          searcher()
              .rangeSearch(
                  rows(queries),
                  threshold,
                  selector,
                  Progress.none(),
                  (q, hits) -> add(hits, found));
          return found;
        });
  }

  /**
   * A vector by its row: Faiss's reconstruct.
   *
   * @param ordinal the row, from 0
   * @return float32 [dim], a copy
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public float[] reconstruct(long ordinal) {
    return locked(
        () -> {
          float[] vector = new float[dim()];
          vectors.read(Objects.checkIndex(ordinal, vectors.rows()), 1, vector, 0);
          return vector;
        });
  }

  /**
   * A vector by its id.
   *
   * @param id the id
   * @return float32 [dim], a copy
   * @throws IOException if there is no such id, or as {@link #ordinal}
   */
  public float[] reconstruct(String id) throws IOException {
    long ordinal = ordinal(id);
    if (ordinal < 0) {
      throw new InputException("there is no vector with the id \"" + id + "\"");
    }
    return reconstruct(ordinal);
  }

  /**
   * A row's id.
   *
   * @param ordinal the row, from 0
   * @return its id
   * @throws IOException if the ids cannot be read
   */
  public String id(long ordinal) throws IOException {
    return locked(() -> vectors.id(ordinal));
  }

  /**
   * An id's row. The first call on vectors from disk reads all ids and keeps 8 bytes for each.
   *
   * @param id the id
   * @return the row, or -1 if there is no such id
   * @throws IOException if the ids cannot be read or one comes twice
   */
  public long ordinal(String id) throws IOException {
    return locked(
        () ->
            vectors instanceof GrowingVectors growing ? growing.ordinal(id) : lookup().ordinal(id));
  }

  private synchronized IdLookup lookup() throws IOException {
    if (lookup == null) {
      lookup = new IdLookup(vectors);
    }
    return lookup;
  }

  private synchronized ExactSearcher searcher() {
    if (searcher == null) {
      searcher = new ExactSearcher(vectors, options, metric);
    }
    return searcher;
  }

  private Vectors rows(float[] queries) {
    if (queries.length % dim() != 0) {
      throw new IllegalArgumentException(
          queries.length + " values are no whole number of queries of " + dim());
    }
    return new MemoryVectors(
        queries, dim(), Collections.nCopies(queries.length / dim(), "of the search"));
  }

  private void add(Hits hits, List<List<Hit>> found) throws IOException {
    List<Hit> list = new ArrayList<>(hits.size());
    for (int i = 0; i < hits.size(); i++) {
      int ordinal = hits.ordinals()[i];
      list.add(new Hit(vectors.id(ordinal), ordinal, hits.scores()[i]));
    }
    found.add(list);
  }

  /** What is done while no vector may be added. */
  private interface Reading<T, E extends Exception> {
    T get() throws E;
  }

  private <T, E extends Exception> T locked(Reading<T, E> reading) throws E {
    lock.readLock().lock();
    try {
      requireOpen();
      return reading.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the index is closed");
    }
  }

  private void closeSearcher() {
    if (searcher != null) {
      searcher.close();
      searcher = null;
    }
  }

  /** Waits for searches that run and ends the threads; files are unmapped when garbage. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      closeSearcher();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
