package org.javatron.weights;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;

/**
 * The whitelist: every Python name that a pickle may mention, and what Java makes of it. No Java
 * class is ever found by a name in the file.
 */
final class TorchGlobals {
  /** A Python storage class: a type to be named, not called. */
  record StorageType(Dtype dtype) implements IObjectConstructor {
    @Override
    public Object construct(Object[] arguments) {
      throw new PickleException("the pickle makes a storage of its own");
    }
  }

  private static final Map<String, Dtype> STORAGES =
      Map.of(
          "FloatStorage", Dtype.F32,
          "HalfStorage", Dtype.F16,
          "BFloat16Storage", Dtype.BF16,
          "DoubleStorage", Dtype.F64,
          "LongStorage", Dtype.I64,
          "IntStorage", Dtype.I32,
          "ShortStorage", Dtype.I16,
          "CharStorage", Dtype.I8,
          "ByteStorage", Dtype.U8,
          "BoolStorage", Dtype.BOOL);

  private TorchGlobals() {}

  /** What stands for {@code module.name}; anything not listed here ends the reading. */
  static IObjectConstructor find(String module, String name) {
    Dtype dtype = STORAGES.get(name);
    if (dtype != null && (module.equals("torch") || module.equals("torch.cuda"))) {
      return new StorageType(dtype);
    }
    switch (module + "." + name) {
      case "collections.OrderedDict":
        return TorchGlobals::dictionary;
      case "torch._utils._rebuild_tensor":
      case "torch._utils._rebuild_tensor_v2":
        return TorchGlobals::tensor;
      case "torch._utils._rebuild_parameter":
        return TorchGlobals::parameter;
      default:
        throw new PickleException(
            "the pickle names "
                + printable(module + "." + name)
                + ", which no dictionary of tensors needs; nothing of it was run");
    }
  }

  /** OrderedDict(), or as Python 2 wrote it, OrderedDict([[key, value], ...]). */
  private static Object dictionary(Object[] arguments) {
    StateDict dictionary = new StateDict();
    if (arguments.length > 0) {
      for (Object pair : expect(List.class, arguments[0], "OrderedDict")) {
        List<?> two = expect(List.class, pair, "OrderedDict");
        dictionary.put(two.get(0), two.get(1));
      }
    }
    return dictionary;
  }

  /** (storage, storage_offset, size, stride, requires_grad, backward_hooks[, metadata]). */
  private static Object tensor(Object[] arguments) {
    String what = "_rebuild_tensor_v2";
    if (arguments.length < 4) {
      throw new PickleException(what + " should have at least 4 arguments");
    }
    TorchTensor tensor =
        new TorchTensor(
            expect(TorchTensor.Storage.class, arguments[0], what),
            whole(arguments[1], what),
            wholes(arguments[2], what),
            wholes(arguments[3], what));
    if (tensor.shape().length != tensor.stride().length) {
      throw new PickleException(
          "a tensor of shape "
              + Arrays.toString(tensor.shape())
              + " has strides "
              + Arrays.toString(tensor.stride()));
    }
    return tensor;
  }

  /** (data, requires_grad, backward_hooks): a parameter is its tensor. */
  private static Object parameter(Object[] arguments) {
    return expect(TorchTensor.class, arguments.length == 0 ? null : arguments[0], "a parameter");
  }

  static long whole(Object value, String what) {
    if ((value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0) {
      return ((Number) value).longValue();
    }
    throw new PickleException(what + " should have a whole number from 0 to 2^63");
  }

  private static long[] wholes(Object value, String what) {
    return Arrays.stream(expect(Object[].class, value, what))
        .mapToLong(n -> whole(n, what))
        .toArray();
  }

  static <T> T expect(Class<T> type, Object value, String what) {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw new PickleException(what + " should have a " + type.getSimpleName() + " here");
  }

  /** A name out of a hostile file, fit for a terminal. */
  static String printable(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() <= 80 ? plain : plain.substring(0, 80) + "...";
  }
}
