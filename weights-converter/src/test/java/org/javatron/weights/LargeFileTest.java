package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beyond 2 and 4 GiB, sparse on disk. */
@Tag("slow")
class LargeFileTest {
  private static final long ELEMENTS = 5L << 28; // 5 GiB of float32

  @TempDir Path folder;

  @Test
  void safetensors() throws IOException {
    Path path = folder.resolve("model.safetensors");
    String header =
        String.format(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}",
            ELEMENTS, ELEMENTS * 4);
    RawFiles.safetensors(path, header, 0);
    writeNumbers(path, 8 + header.length());
    try (TensorSource source = Checkpoint.open(path)) {
      checkNumbers(source);
    }
  }

  @Test
  void torchZip() throws IOException {
    Path path = folder.resolve("pytorch_model.bin");
    byte[] pickle =
        new RawFiles.Bytes()
            .proto()
            .op("}")
            .string("w")
            .global("torch._utils", "_rebuild_tensor_v2")
            .op("((")
            .string("storage")
            .global("torch", "FloatStorage")
            .string("0")
            .string("cpu")
            .op("\u008a\u0008") // LONG1 of 8 bytes
            .int64(ELEMENTS)
            .op("tQK\0\u008a\u0008")
            .int64(ELEMENTS)
            .op("\u0085K\1\u0085\u0089}tRs.")
            .toByteArray();
    RawFiles.Bytes file = new RawFiles.Bytes();
    local(file, "m/data.pkl", pickle.length).raw(pickle);
    int second = file.size();
    int begin = local(file, "m/data/0", ELEMENTS * 4).size();
    long end = begin + ELEMENTS * 4;
    RawFiles.Bytes directory = new RawFiles.Bytes();
    entry(directory, "m/data.pkl", pickle.length, 0);
    entry(directory, "m/data/0", ELEMENTS * 4, second);
    int size = directory.size();
    directory.int32(0x06064b50).int64(44).zeros(28).int64(size).int64(end);
    directory.int32(0x07064b50).zeros(4).int64(end + size).int32(1);
    directory.int32(0x06054b50).zeros(4).int16(2).int16(2).int32(-1).int32(-1).int16(0);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(file.toByteArray()), 0);
      channel.write(ByteBuffer.wrap(directory.toByteArray()), end);
    }
    writeNumbers(path, begin);
    try (TensorSource source = Checkpoint.open(path)) {
      assertEquals("PyTorch zip", source.format());
      checkNumbers(source);
    }
  }

  private static RawFiles.Bytes local(RawFiles.Bytes file, String name, long bytes) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int narrow = (int) Math.min(bytes, 0xffffffffL);
    file.int32(0x04034b50).int16(45).zeros(12).int32(narrow).int32(narrow);
    return file.int16(text.length).int16(0).raw(text);
  }

  private static void entry(RawFiles.Bytes directory, String name, long bytes, long local) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    directory.int32(0x02014b50).zeros(16).int32(-1).int32(-1).int16(text.length).int16(28);
    directory.zeros(10).int32(-1).raw(text);
    directory.int16(1).int16(24).int64(bytes).int64(bytes).int64(local);
  }

  /** Every element is 0 but for its own index / 2^20 around each multiple of 1 GiB. */
  private static void writeNumbers(Path path, long begin) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (long at = 0; at <= ELEMENTS; at += 1L << 28) {
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        long first = first(at);
        for (int i = 0; i < 16; i++) {
          bytes.putFloat(number(first + i));
        }
        channel.write(bytes.flip(), begin + first * 4);
      }
    }
  }

  private static void checkNumbers(TensorSource source) throws IOException {
    for (long at = 0; at <= ELEMENTS; at += 1L << 28) {
      FloatBuffer values = FloatBuffer.allocate(16);
      source.read("w", first(at), values);
      float[] expected = new float[16];
      for (int i = 0; i < 16; i++) {
        expected[i] = number(first(at) + i);
      }
      assertArrayEquals(expected, values.array(), "around element " + at);
    }
  }

  private static long first(long at) {
    return Math.max(0, Math.min(at - 8, ELEMENTS - 16));
  }

  private static float number(long i) {
    return i / (float) (1 << 20) + i % 16;
  }
}
