package org.javatron.ops;

import java.util.List;
import org.nd4j.imports.converters.ImportClassMapping;

/**
 * Makes the ops known to SameDiff, which copies a graph through its file form before it
 * differentiates it and looks up each op by name when it reads that back.
 */
public final class KernelOps {
  private static final List<KernelOp> ALL =
      List.of(
          new Embeddings(),
          new Embeddings.Backward(),
          new Linear(),
          new Linear.Backward(),
          new LinearGelu(),
          new LinearGelu.GeluBackward(),
          new Attention(),
          new Attention.Backward(),
          new AddLayerNorm(),
          new AddLayerNorm.Backward(),
          new Dropout(),
          new Pool(),
          new Pool.Backward(),
          new L2Normalize(),
          new L2Normalize.Backward(),
          new ContrastiveLoss(),
          new ContrastiveLoss.Backward(),
          new Surrogate(),
          new Surrogate.Backward());

  private KernelOps() {}

  /** Registers all ops; needed once before a graph of them is differentiated, harmless after. */
  public static void register() {
    for (KernelOp op : ALL) {
      ImportClassMapping.getOpNameMapping().put(op.opName(), op);
    }
  }
}
