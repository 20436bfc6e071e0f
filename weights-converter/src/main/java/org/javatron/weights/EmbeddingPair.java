package org.javatron.weights;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A matrix and its ids as a file has them.
 *
 * @param offset the first byte of the values, which stand in C order without gaps
 * @param bytes how many bytes there are for them
 * @param descr NumPy's name of the values' type
 * @param ids what the list holds, not yet checked
 */
record EmbeddingPair(long offset, long bytes, String descr, long[] shape, List<?> ids) {
  /** Out of a pickle: a NumPy array and a list. */
  static EmbeddingPair ofPickle(MappedFile file) throws IOException {
    Object[] pair = pair(file, new CountingInput(file, 0, file.size()));
    if (!(pair[0] instanceof NumpyUnpickler.Array array && array.isKnown())) {
      throw expected(file);
    }
    return new EmbeddingPair(
        array.bytes().offset(),
        array.bytes().length(),
        array.descr(),
        array.shape(),
        (List<?>) pair[1]);
  }

  /** Out of what torch.save writes: a tensor and a list; the tensor's numbers are another entry. */
  static EmbeddingPair ofZip(MappedFile file) throws IOException {
    Map<String, ZipIndex.Entry> entries = ZipIndex.read(file);
    String name =
        entries.keySet().stream().filter(key -> key.endsWith("/data.pkl")).findFirst().orElse("");
    ZipIndex.Entry pickle = stored(file, entries, name);
    CountingInput in = new CountingInput(file, pickle.offset(), pickle.offset() + pickle.size());
    Object[] pair = pair(file, in);
    if (!(pair[0] instanceof TorchTensor tensor)) {
      throw expected(file);
    }
    String folder = name.substring(0, name.length() - "data.pkl".length());
    ZipIndex.Entry values = stored(file, entries, folder + "data/" + tensor.storage().key());
    Dtype type = tensor.storage().dtype();
    if (!tensor.contiguous()) {
      throw new WeightFormatException(
          file.path(),
          "a tensor of shape "
              + Arrays.toString(tensor.shape())
              + " with strides "
              + Arrays.toString(tensor.stride())
              + ", expected rows one behind the other");
    }
    long bytes = TensorInfo.byteCount(tensor.shape(), type.bytes());
    if (bytes < 0 || tensor.offset() > (values.size() - bytes) / type.bytes()) {
      throw new WeightFormatException(
          file.path(),
          String.format(
              "a tensor of shape %s from element %d passes the end of its storage of %d bytes"
                  + " (truncated?)",
              Arrays.toString(tensor.shape()), tensor.offset(), values.size()));
    }
    String descr = type == Dtype.F32 ? "<f4" : type == Dtype.F16 ? "<f2" : type.torchName();
    return new EmbeddingPair(
        values.offset() + tensor.offset() * type.bytes(),
        bytes,
        descr,
        tensor.shape(),
        (List<?>) pair[1]);
  }

  private static ZipIndex.Entry stored(
      MappedFile file, Map<String, ZipIndex.Entry> entries, String name)
      throws WeightFormatException {
    ZipIndex.Entry entry = entries.get(name);
    if (entry == null) {
      throw new WeightFormatException(
          file.path(),
          "not a PyTorch file: the zip archive has no "
              + (name.isEmpty() ? "data.pkl" : TorchGlobals.printable(name)));
    }
    if (entry.deflated()) {
      throw new WeightFormatException(
          file.path(), "entry " + name + " is compressed, which torch.save does not do");
    }
    return entry;
  }

  private static Object[] pair(MappedFile file, CountingInput in) throws IOException {
    Object root = TorchUnpickler.read(new NumpyUnpickler(in), in, file);
    if (root instanceof Object[] pair && pair.length == 2 && pair[1] instanceof List<?>) {
      return pair;
    }
    throw expected(file);
  }

  private static WeightFormatException expected(MappedFile file) {
    return new WeightFormatException(
        file.path(), "expected a pair of an array, or tensor, and a list of ids");
  }
}
