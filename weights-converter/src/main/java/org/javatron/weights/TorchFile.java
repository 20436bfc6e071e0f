package org.javatron.weights;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A dictionary of tensors that PyTorch's torch.save wrote: a zip archive since version 1.6, a chain
 * of pickles before.
 *
 * <p>Opening reads the pickle, by a whitelist that lets it build dictionaries of tensors and
 * nothing else; the numbers stay in the mapped file until they are read. Tensors that are
 * transposed or otherwise scattered over their storage are put in C order while reading.
 */
final class TorchFile implements TensorSource {
  /** Where a storage's numbers are. */
  record Region(MappedFile file, long offset) {}

  /** Finds a storage's numbers, which in a compressed archive must be unpacked first. */
  interface Storages extends Closeable {
    /** Bytes there are for a storage; -1 if there is none of that key. */
    long bytes(TorchTensor.Storage storage);

    /** The first byte in the file, or -1 if it is compressed. */
    long offset(TorchTensor.Storage storage);

    Region region(TorchTensor.Storage storage) throws IOException;
  }

  private final MappedFile file;
  private final String format;
  private final Storages storages;
  private final Map<String, TorchTensor> views = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  TorchFile(MappedFile file, String format, Object root, Storages storages)
      throws WeightFormatException {
    this.file = file;
    this.format = format;
    this.storages = storages;
    if (!(root instanceof StateDict dictionary)) {
      throw new WeightFormatException(file.path(), "expected a dictionary of tensors");
    }
    List<TensorInfo> found = new ArrayList<>();
    for (Map.Entry<Object, Object> entry : dictionary.entrySet()) {
      if (entry.getValue() instanceof TorchTensor view) {
        String name = (String) entry.getKey();
        if (!TensorNames.printable(name)) {
          throw new WeightFormatException(
              file.path(), "a tensor's name has control characters in it");
        }
        found.add(check(name, view));
        views.put(name, view);
      }
    }
    if (found.isEmpty()) {
      throw new WeightFormatException(
          file.path(),
          "expected a dictionary of tensors, found keys "
              + TorchGlobals.printable(String.join(", ", stringKeys(dictionary))));
    }
    found.sort(Comparator.comparingLong(TensorInfo::offset));
    found.forEach(tensor -> tensors.put(tensor.name(), tensor));
  }

  private static List<String> stringKeys(StateDict dictionary) {
    return dictionary.keySet().stream().map(String.class::cast).limit(10).toList();
  }

  private TensorInfo check(String name, TorchTensor view) throws WeightFormatException {
    TorchTensor.Storage storage = view.storage();
    int elementBytes = storage.dtype().bytes();
    long bytes = storages.bytes(storage);
    if (bytes < 0) {
      throw error(name, "its storage " + storage.key() + " is not in the file");
    }
    if (storage.elements() > bytes / elementBytes) {
      throw error(
          name,
          String.format(
              Locale.ROOT,
              "its storage %s should hold %d %s numbers, but has %d bytes (truncated?)",
              storage.key(),
              storage.elements(),
              storage.dtype(),
              bytes));
    }
    long total = TensorInfo.byteCount(view.shape(), elementBytes);
    long reach;
    try {
      reach = view.reach();
    } catch (ArithmeticException e) {
      reach = Long.MAX_VALUE;
    }
    if (total < 0 || reach > storage.elements()) {
      throw error(
          name,
          String.format(
              Locale.ROOT,
              "shape %s with strides %s from element %d passes the end of its storage of %d",
              Arrays.toString(view.shape()),
              Arrays.toString(view.stride()),
              view.offset(),
              storage.elements()));
    }
    long begin = storages.offset(storage);
    long offset = begin < 0 ? -1 : begin + view.offset() * elementBytes;
    return new TensorInfo(name, storage.dtype(), view.shape(), offset, total);
  }

  private WeightFormatException error(String tensor, String problem) {
    return new WeightFormatException(file.path(), "tensor " + tensor + ": " + problem);
  }

  @Override
  public Path file() {
    return file.path();
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void read(String name, long first, FloatBuffer destination) throws IOException {
    Readable.run(this, name, first, destination);
    TorchTensor view = views.get(name);
    Dtype dtype = view.storage().dtype();
    Region region = storages.region(view.storage());
    if (view.contiguous()) {
      long position = region.offset() + (view.offset() + first) * dtype.bytes();
      FloatReader.read(region.file(), position, dtype, destination);
    } else {
      readScattered(view, region, first, destination);
    }
  }

  /** One element at a time: rare, and cheap enough beside everything that follows. */
  private static void readScattered(
      TorchTensor view, Region region, long first, FloatBuffer destination) throws IOException {
    Dtype dtype = view.storage().dtype();
    ByteBuffer element = ByteBuffer.allocate(dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = first; destination.hasRemaining(); i++) {
      region.file().read(region.offset() + view.place(i) * dtype.bytes(), element.clear());
      FloatReader.widen(element.flip(), dtype, destination, 1);
    }
  }

  @Override
  public void close() throws IOException {
    storages.close();
  }
}
