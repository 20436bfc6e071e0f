package org.javatron.search;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import org.javatron.embeddings.Vectors;

/** What searches: this machine's processors or its GPU. Both give the same scores. */
public enum SearchDevice {
  /** The processors, with {@link ExactSearcher}. */
  CPU,
  /** The first NVIDIA GPU, with {@code search.cuda.CudaSearcher}. */
  CUDA;

  /**
   * A searcher over these passages.
   *
   * @param passages [N, dim], finite
   * @param options threads and memory
   * @return the searcher, to be closed by the caller
   * @throws IOException if there is no such device or it is of no use; the message says why
   */
  public PlannedSearcher open(Vectors passages, SearchOptions options) throws IOException {
    if (this == CPU) {
      return new ExactSearcher(passages, options);
    }
    try {
      // By name: this class must load where the bindings to CUDA are absent.
      return (PlannedSearcher)
          Class.forName("org.javatron.search.cuda.CudaSearcher")
              .getConstructor(Vectors.class, SearchOptions.class)
              .newInstance(passages, options);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IOException("the search on the GPU failed to start: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the search on the GPU is missing from this build", e);
    }
  }

  /** The name as people write it, in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
