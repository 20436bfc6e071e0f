package org.javatron.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The form of torch.save before PyTorch 1.6: five pickles (a magic number, a version, the machine,
 * the dictionary, the list of storage keys), then each storage in the list's order as its length, 8
 * bytes, and its raw numbers.
 */
final class TorchLegacy implements TorchFile.Storages {
  /** PROTO 2, LONG1 of 10 bytes, the magic number 0x1950a86a20f9469cfc6c, STOP. */
  private static final byte[] MAGIC = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };

  private static final int VERSION = 1001;

  /** Where a storage's numbers begin and how many bytes are left for them. */
  private record Place(long offset, long bytes) {}

  private final MappedFile file;
  private final Map<String, Place> places = new HashMap<>();

  private TorchLegacy(MappedFile file) {
    this.file = file;
  }

  static boolean begins(MappedFile file) throws IOException {
    if (file.size() < MAGIC.length) {
      return false;
    }
    byte[] head = new byte[MAGIC.length];
    file.read(0, ByteBuffer.wrap(head));
    // The second byte is the pickle protocol, which the caller of torch.save may choose.
    head[1] = 2;
    return Arrays.equals(head, MAGIC);
  }

  static TorchFile open(MappedFile file) throws IOException {
    long end = Math.min(file.size(), TorchUnpickler.MAX_BYTES);
    CountingInput in = new CountingInput(file, MAGIC.length, end);
    Object version = TorchUnpickler.read(in, file);
    if (!Integer.valueOf(VERSION).equals(version)) {
      throw new WeightFormatException(
          file.path(), "expected PyTorch's protocol version " + VERSION);
    }
    if (TorchUnpickler.read(in, file) instanceof StateDict machine
        && Boolean.FALSE.equals(machine.get("little_endian"))) {
      throw new WeightFormatException(file.path(), "byte order is big; expected little");
    }
    Object root = TorchUnpickler.read(in, file);
    Object keys = TorchUnpickler.read(in, file);
    TorchLegacy storages = new TorchLegacy(file);
    if (!(keys instanceof List<?> list) || !(root instanceof StateDict dictionary)) {
      throw new WeightFormatException(file.path(), "expected a dictionary of tensors");
    }
    storages.locate(list, elementBytes(dictionary), in.position());
    return new TorchFile(file, "PyTorch legacy", root, storages);
  }

  private static Map<String, Integer> elementBytes(StateDict root) {
    Map<String, Integer> sizes = new HashMap<>();
    for (Object value : root.values()) {
      if (value instanceof TorchTensor tensor) {
        sizes.put(tensor.storage().key(), tensor.storage().dtype().bytes());
      }
    }
    return sizes;
  }

  /** Walks over the storages: only each one's length says where the next begins. */
  private void locate(List<?> keys, Map<String, Integer> elementBytes, long position)
      throws WeightFormatException {
    ByteBuffer word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    for (Object key : keys) {
      Integer size = key instanceof String ? elementBytes.get(key) : null;
      if (size == null) {
        throw new WeightFormatException(
            file.path(), "the list of storages has one that no tensor at the top level uses");
      }
      file.read(position, word.clear());
      long elements = word.getLong(0);
      long begin = position + 8;
      if (elements < 0 || elements > (file.size() - begin) / size) {
        throw new WeightFormatException(
            file.path(),
            String.format(
                Locale.ROOT,
                "storage %s at byte %d should hold %d numbers of %d bytes, but the file ends at byte"
                    + " %d (truncated?)",
                key,
                position,
                elements,
                size,
                file.size()));
      }
      if (places.put((String) key, new Place(begin, elements * size)) != null) {
        throw new WeightFormatException(file.path(), "storage " + key + " is listed twice");
      }
      position = begin + elements * size;
    }
    if (position != file.size()) {
      throw new WeightFormatException(
          file.path(),
          String.format(
              Locale.ROOT,
              "the last storage ends at byte %d, the file at %d",
              position,
              file.size()));
    }
  }

  @Override
  public long bytes(TorchTensor.Storage storage) {
    Place place = places.get(storage.key());
    return place == null ? -1 : place.bytes();
  }

  @Override
  public long offset(TorchTensor.Storage storage) {
    return places.get(storage.key()).offset();
  }

  @Override
  public TorchFile.Region region(TorchTensor.Storage storage) {
    return new TorchFile.Region(file, offset(storage));
  }

  @Override
  public void close() {
    // The mapping is unmapped when it is garbage-collected.
  }
}
