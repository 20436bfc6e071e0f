package org.javatron.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Files made byte by byte, right or wrong as a test wants them. */
final class RawFiles {
  private RawFiles() {}

  /** A safetensors file with this header and this many zero bytes after it. */
  static Path safetensors(Path file, String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return Files.write(
        file,
        ByteBuffer.allocate(8 + json.length + dataBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array());
  }

  /** A zip archive without compression; with {@code zip64} as if it were larger than 4 GiB. */
  static byte[] zip(Map<String, byte[]> entries, boolean zip64) {
    Bytes file = new Bytes();
    Bytes directory = new Bytes();
    entries.forEach(
        (name, data) -> {
          byte[] text = name.getBytes(StandardCharsets.UTF_8);
          int local = file.size();
          file.int32(0x04034b50).int16(20).zeros(12).int32(data.length).int32(data.length);
          file.int16(text.length).int16(5).raw(text).zeros(5).raw(data);
          int narrow = zip64 ? -1 : data.length;
          directory.int32(0x02014b50).zeros(16).int32(narrow).int32(narrow);
          directory.int16(text.length).int16(zip64 ? 28 + 6 : 0).zeros(10);
          directory.int32(zip64 ? -1 : local).raw(text);
          if (zip64) { // another extra field first, then sizes and offset
            directory.int16(0x5455).int16(2).zeros(2).int16(1).int16(24);
            directory.int64(data.length).int64(data.length).int64(local);
          }
        });
    int begin = file.size();
    file.raw(directory.toByteArray());
    if (zip64) {
      int end64 = file.size();
      file.int32(0x06064b50).int64(44).zeros(28).int64(directory.size()).int64(begin);
      file.int32(0x07064b50).zeros(4).int64(end64).int32(1);
    }
    int count = zip64 ? 0xffff : entries.size();
    file.int32(0x06054b50).zeros(4).int16(count).int16(count);
    file.int32(zip64 ? -1 : directory.size()).int32(zip64 ? -1 : begin).int16(0);
    return file.toByteArray();
  }

  /** A PyTorch zip file with this pickle and nothing else. */
  static Path torch(Path file, byte[] pickle) throws IOException {
    return Files.write(file, zip(Map.of("archive/data.pkl", pickle), false));
  }

  /** Little-endian bytes, and the few pickle instructions that tests write. */
  static final class Bytes extends ByteArrayOutputStream {
    Bytes raw(byte... bytes) {
      writeBytes(bytes);
      return this;
    }

    Bytes zeros(int count) {
      return raw(new byte[count]);
    }

    Bytes int16(int value) {
      return raw((byte) value, (byte) (value >> 8));
    }

    Bytes int32(int value) {
      return int16(value).int16(value >> 16);
    }

    Bytes int64(long value) {
      return int32((int) value).int32((int) (value >> 32));
    }

    /** Instructions, one per character. */
    Bytes op(String instructions) {
      return raw(instructions.getBytes(StandardCharsets.ISO_8859_1));
    }

    Bytes proto() {
      return op("\u0080\u0002");
    }

    Bytes global(String module, String name) {
      return op("c" + module + "\n" + name + "\n");
    }

    Bytes string(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return op("X").int32(bytes.length).raw(bytes);
    }

    Bytes number(int value) {
      return op("J").int32(value);
    }

    /** key: _rebuild_tensor_v2(storage, 0, shape, stride, False, OrderedDict()) of float32. */
    Bytes tensor(String name, String key, int elements, int offset, int[] shape, int[] stride) {
      string(name).global("torch._utils", "_rebuild_tensor_v2").op("((");
      string("storage").global("torch", "FloatStorage").string(key).string("cpu");
      number(elements).op("tQ").number(offset);
      op("(");
      for (int dimension : shape) {
        number(dimension);
      }
      op("t(");
      for (int step : stride) {
        number(step);
      }
      return op("t\u0089").global("collections", "OrderedDict").op(")RtR");
    }
  }
}
