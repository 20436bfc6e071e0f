package org.javatron.weights;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which tensor of a checkpoint is which of the encoder, checked against its configuration.
 *
 * @param used the source's tensors by canonical name, in the model's order
 * @param unused the names of the others by reason
 * @param missing the pooler's tensors where the checkpoint has none; nothing else may be missing
 */
record TensorPlan(
    Map<String, TensorInfo> used, Map<String, List<String>> unused, List<String> missing) {
  private static final int BLOCK = 1 << 12;
  private static final int NAMED = 10;

  static TensorPlan of(TensorSource source, BertConfig config) throws IOException {
    Map<String, long[]> shapes = config.tensorShapes();
    Map<String, long[]> pooler = config.poolerShapes();
    Map<String, List<String>> unused = new TreeMap<>();
    Map<String, TensorInfo> byCanonical = new LinkedHashMap<>();
    for (TensorInfo tensor : source.tensors().values()) {
      String canonical = TensorNames.canonical(tensor.name());
      if (!shapes.containsKey(canonical) && !pooler.containsKey(canonical)) {
        note(unused, TensorNames.whyUnused(canonical), tensor);
        continue;
      }
      TensorInfo before = byCanonical.putIfAbsent(canonical, tensor);
      if (before != null) {
        checkSame(source, before, tensor);
        note(unused, "a copy of another", tensor);
      }
    }
    Map<String, TensorInfo> used = new LinkedHashMap<>();
    List<String> missing = take(source, shapes, byCanonical, used);
    if (!missing.isEmpty()) {
      throw new WeightFormatException(source.file(), missingSentence(missing));
    }
    List<String> missingPooler = take(source, pooler, byCanonical, used);
    if (missingPooler.size() == 1) {
      throw new WeightFormatException(source.file(), missingSentence(missingPooler));
    }
    return new TensorPlan(used, unused, missingPooler);
  }

  private static void note(Map<String, List<String>> unused, String why, TensorInfo tensor) {
    unused.computeIfAbsent(why, key -> new ArrayList<>()).add(tensor.name());
  }

  private static List<String> take(
      TensorSource source,
      Map<String, long[]> shapes,
      Map<String, TensorInfo> found,
      Map<String, TensorInfo> used)
      throws WeightFormatException {
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, long[]> expected : shapes.entrySet()) {
      TensorInfo tensor = found.get(expected.getKey());
      if (tensor == null) {
        missing.add(expected.getKey());
        continue;
      }
      if (!Arrays.equals(tensor.shape(), expected.getValue())) {
        throw new WeightFormatException(
            source.file(),
            String.format(
                Locale.ROOT,
                "tensor %s should have shape %s by config.json, found %s",
                tensor.name(),
                Arrays.toString(expected.getValue()),
                tensor.shapeText()));
      }
      if (!tensor.dtype().widensToFloat32()) {
        throw new WeightFormatException(
            source.file(),
            String.format(
                Locale.ROOT,
                "tensor %s should be F32, F16 or BF16, found %s",
                tensor.name(),
                tensor.dtype()));
      }
      used.put(expected.getKey(), tensor);
    }
    return missing;
  }

  private static String missingSentence(List<String> missing) {
    int named = Math.min(missing.size(), NAMED);
    return "missing "
        + (missing.size() == 1 ? "tensor " : missing.size() + " tensors: ")
        + String.join(", ", missing.subList(0, named))
        + (named < missing.size() ? " and " + (missing.size() - named) + " more" : "");
  }

  /**
   * A tied Tevatron model saves its one encoder as lm_q and as lm_p; two different ones are two.
   */
  private static void checkSame(TensorSource source, TensorInfo one, TensorInfo other)
      throws IOException {
    boolean same = one.dtype() == other.dtype() && Arrays.equals(one.shape(), other.shape());
    for (long at = 0; same && at < one.elements(); at += BLOCK) {
      int count = (int) Math.min(BLOCK, one.elements() - at);
      FloatBuffer a = FloatBuffer.allocate(count);
      FloatBuffer b = FloatBuffer.allocate(count);
      source.read(one.name(), at, a);
      source.read(other.name(), at, b);
      same = Arrays.equals(a.array(), b.array());
    }
    if (!same) {
      throw new WeightFormatException(
          source.file(),
          String.format(
              Locale.ROOT,
              "tensors %s and %s both claim one place with different values; expected one encoder"
                  + " (an untied pair has its two in query_model and passage_model)",
              one.name(),
              other.name()));
    }
  }

  /** The number of weights, the pooler's among them. */
  long parameters() {
    return used.values().stream().mapToLong(TensorInfo::elements).sum();
  }
}
