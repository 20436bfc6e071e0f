package org.javatron.ops;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.imports.converters.DifferentialFunctionClassHolder;
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
    registerByNumber();
  }

  /**
   * ND4J 1.0.0-M1.1 looks an op up by its number in the native library, which is 0 for all that it
   * does not know, and then by name. It offers no way to add one; 1.0.0-M2.1 needs none.
   */
  @SuppressWarnings("unchecked")
  private static void registerByNumber() {
    try {
      Field field = DifferentialFunctionClassHolder.class.getDeclaredField("customOpHashToClasses");
      field.setAccessible(true);
      Map<Long, Map<String, Class<?>>> classes =
          (Map<Long, Map<String, Class<?>>>)
              field.get(DifferentialFunctionClassHolder.getInstance());
      Map<String, Class<?>> unknown = classes.computeIfAbsent(0L, number -> new HashMap<>());
      ALL.forEach(op -> unknown.put(op.opName(), op.getClass()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this release of ND4J keeps its ops elsewhere", e);
    }
  }
}
