package org.javatron.model;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.io.InputException;
import org.javatron.weights.BertConfig;
import org.javatron.weights.SafetensorsFile;
import org.javatron.weights.TensorInfo;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads model.safetensors into float32 arrays outside the Java heap, straight from the file's
 * mapping. Query, key and value of a layer, three tensors in the file, become one array.
 */
final class WeightLoader {
  private static final List<String> QKV = List.of("query", "key", "value");

  private WeightLoader() {}

  /** Arrays by {@link BertGraph} variable name; the caller closes them. */
  static Map<String, INDArray> load(Path file, BertConfig config) throws IOException {
    Map<String, INDArray> weights = new LinkedHashMap<>();
    try (SafetensorsFile source = SafetensorsFile.open(file)) {
      for (Map.Entry<String, List<String>> entry : variables(config).entrySet()) {
        weights.put(entry.getKey(), read(source, entry.getValue(), config.tensorShapes()));
      }
    } catch (IOException | RuntimeException e) {
      close(weights);
      throw e;
    }
    return weights;
  }

  /** Gives back what is not given back yet. */
  static void close(Map<String, INDArray> weights) {
    for (INDArray array : weights.values()) {
      if (!array.wasClosed()) {
        array.close();
      }
    }
  }

  /** The tensors that stand, one below the other, in each variable. */
  static Map<String, List<String>> variables(BertConfig config) {
    Map<String, List<String>> variables = new LinkedHashMap<>();
    for (String tensor : config.tensorShapes().keySet()) {
      if (tensor.contains(".attention.self.query.")) {
        List<String> stacked = new ArrayList<>();
        for (String part : QKV) {
          stacked.add(tensor.replace(".query.", "." + part + "."));
        }
        variables.put(tensor.replace(".query.", ".qkv."), stacked);
      } else if (!tensor.contains(".attention.self.")) {
        variables.put(tensor, List.of(tensor));
      }
    }
    return variables;
  }

  private static INDArray read(
      SafetensorsFile source, List<String> tensors, Map<String, long[]> shapes) throws IOException {
    long[] shape = shapes.get(tensors.get(0)).clone();
    shape[0] *= tensors.size();
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape);
    FloatBuffer values = array.data().asNioFloat();
    int part = values.capacity() / tensors.size();
    for (int i = 0; i < tensors.size(); i++) {
      String tensor = tensors.get(i);
      check(source, tensor, shapes.get(tensor));
      FloatBuffer rows = values.slice(i * part, part);
      source.read(tensor, rows);
      checkFinite(source, tensor, values.slice(i * part, part));
    }
    // Where ND4J computes on a GPU, it must know that what lies here is the newer copy.
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
    return array;
  }

  private static void check(SafetensorsFile source, String tensor, long[] expected)
      throws InputException {
    TensorInfo found = source.tensors().get(tensor);
    if (found == null) {
      throw new InputException(
          source.file() + ": the tensor " + tensor + " is missing, expected " + text(expected));
    }
    if (!Arrays.equals(found.shape(), expected)) {
      throw new InputException(
          source.file()
              + ": the tensor "
              + tensor
              + " should be "
              + text(expected)
              + " by config.json, found "
              + found.shapeText());
    }
  }

  private static String text(long[] shape) {
    return Arrays.toString(shape);
  }

  private static void checkFinite(SafetensorsFile source, String tensor, FloatBuffer values)
      throws InputException {
    for (int i = 0; i < values.capacity(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw new InputException(
            source.file()
                + ": the tensor "
                + tensor
                + " holds "
                + values.get(i)
                + " at index "
                + i);
      }
    }
  }
}
