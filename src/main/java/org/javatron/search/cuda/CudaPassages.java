package org.javatron.search.cuda;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.javatron.embeddings.Vectors;
import org.javatron.kernels.cuda.CudaDevice;
import org.javatron.kernels.cuda.CudaProgram;
import org.javatron.kernels.cuda.CudaUploads;

/**
 * The passages as the GPU gets them: all at once and to stay, if they fit; else slab after slab
 * into two places in turn, the next one being copied while the present one is searched.
 */
final class CudaPassages implements Closeable {
  private final CudaDevice device;
  private final Vectors passages;
  private final CudaSizes sizes;
  private final CudaUploads uploads;
  private final List<CudaSlab> slabs = new ArrayList<>();
  private final ExecutorService copier =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "javatron-copy-to-gpu");
            thread.setDaemon(true);
            return thread;
          });
  private boolean resident;

  /** Does something with a slab. */
  @FunctionalInterface
  interface Visitor {
    void visit(CudaSlab slab) throws IOException;
  }

  CudaPassages(CudaDevice device, CudaProgram program, Vectors passages, CudaSizes sizes) {
    this.device = device;
    this.passages = passages;
    this.sizes = sizes;
    this.uploads = new CudaUploads(device, rowBytes(sizes.stride()));
    for (int i = 0; i < Math.min(2, sizes.slabs()); i++) {
      slabs.add(new CudaSlab(device, program, passages, sizes));
    }
  }

  static int rowBytes(int stride) {
    return stride * Float.BYTES;
  }

  /** Whether these are what other sizes need too. */
  boolean serve(CudaSizes other) {
    return other.slabs() == sizes.slabs() && other.slabRows() == sizes.slabRows();
  }

  /** All slabs in the order of their rows. What the visitor asks of the GPU may go on after it. */
  void forEach(Visitor visitor) throws IOException {
    if (sizes.slabs() == 1) {
      CudaSlab all = slabs.get(0);
      if (!resident) {
        all.fill(uploads, 0, (int) passages.rows());
        all.measure();
        resident = true;
      }
      visitor.visit(all);
      return;
    }
    Future<?> copy = copy(0);
    try {
      for (int i = 0; i < sizes.slabs(); i++) {
        await(copy);
        CudaSlab slab = slabs.get(i % 2);
        if (i + 1 < sizes.slabs()) {
          copy = copy(i + 1); // over the slab before this one, which the GPU is done with
        }
        slab.measure();
        visitor.visit(slab);
        device.synchronize();
      }
    } finally {
      if (!copy.isDone()) {
        await(copy); // the memory must not be freed under it
      }
    }
  }

  private Future<?> copy(int slab) {
    int first = slab * sizes.slabRows();
    int count = (int) Math.min(sizes.slabRows(), passages.rows() - first);
    return copier.submit(() -> slabs.get(slab % 2).fill(uploads, first, count));
  }

  private static void await(Future<?> copy) throws IOException {
    try {
      copy.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IOException("copying the passages failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while passages were copied to the GPU", e);
    }
  }

  @Override
  public void close() {
    copier.shutdown();
    uploads.close();
    slabs.forEach(CudaSlab::close);
  }
}
