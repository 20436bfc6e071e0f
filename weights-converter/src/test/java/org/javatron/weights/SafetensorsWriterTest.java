package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.javatron.io.Sha256;
import org.javatron.weights.SafetensorsWriter.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir Path folder;

  /** Random tensors of awkward sizes, written in random parts and read through tiny windows. */
  @Test
  void whatIsWrittenIsReadWhateverThePartsAndWindows() throws IOException {
    Random random = new Random(11);
    for (int trial = 0; trial < 20; trial++) {
      Map<String, Spec> specs = new LinkedHashMap<>();
      Map<String, float[]> values = new LinkedHashMap<>();
      for (int t = 0; t < 6; t++) {
        int rows = random.nextInt(5);
        int columns = 1 + random.nextInt(40_000) / (1 + random.nextInt(3000));
        Dtype dtype = new Dtype[] {Dtype.F32, Dtype.F16, Dtype.BF16}[random.nextInt(3)];
        specs.put("t" + t, new Spec(dtype, new long[] {rows, columns}));
        float[] row = new float[rows * columns];
        for (int i = 0; i < row.length; i++) {
          row[i] = random.nextInt(256) - 128; // every type holds these exactly
        }
        values.put("t" + t, row);
      }
      Path path = folder.resolve("f" + trial);
      String sha256;
      try (SafetensorsWriter writer =
          SafetensorsWriter.create(path, specs, Map.of("format", "pt"))) {
        for (Map.Entry<String, float[]> entry : values.entrySet()) {
          float[] row = entry.getValue();
          for (int at = 0; at < row.length; ) {
            int count = Math.min(row.length - at, 1 + random.nextInt(20_000));
            writer.write(entry.getKey(), FloatBuffer.wrap(row, at, count));
            at += count;
          }
        }
        sha256 = writer.commit();
      }
      assertEquals(Sha256.of(path), sha256);
      int window = 100 + random.nextInt(1000);
      try (SafetensorsFile file = SafetensorsFile.open(MappedFile.open(path, window))) {
        for (Map.Entry<String, float[]> entry : values.entrySet()) {
          assertArrayEquals(entry.getValue(), Golden.values(file, entry.getKey()));
          assertEquals(0, file.tensor("t0").offset() % 8);
        }
      }
    }
  }

  @Test
  void readsFromTheMiddle() throws IOException {
    try (SafetensorsFile file =
        SafetensorsFile.open(Golden.form("safetensors/model.safetensors"))) {
      float[] whole = Golden.values(file, "embeddings.word_embeddings.weight");
      FloatBuffer part = FloatBuffer.allocate(100);
      file.read("embeddings.word_embeddings.weight", 33, part);
      assertArrayEquals(Arrays.copyOfRange(whole, 33, 133), part.array());
      assertThrows(
          IllegalArgumentException.class,
          () ->
              file.read(
                  "embeddings.word_embeddings.weight",
                  whole.length - 99,
                  FloatBuffer.allocate(100)));
    }
  }

  private SafetensorsWriter writer(Dtype dtype) throws IOException {
    Map<String, Spec> specs = new LinkedHashMap<>();
    specs.put("a", new Spec(dtype, new long[] {2}));
    specs.put("b", new Spec(dtype, new long[] {2}));
    return SafetensorsWriter.create(folder.resolve("f"), specs, Map.of());
  }

  @Test
  void refusesTheWrongTensorOrTooMuch() throws IOException {
    try (SafetensorsWriter writer = writer(Dtype.F32)) {
      var error =
          assertThrows(
              IllegalArgumentException.class, () -> writer.write("b", FloatBuffer.allocate(2)));
      assertEquals(
          "2 elements of tensor b are not what comes next: expected 2 of a", error.getMessage());
      assertThrows(
          IllegalArgumentException.class, () -> writer.write("a", FloatBuffer.allocate(3)));
    }
  }

  @Test
  void withoutAllValuesNothingAppears() throws IOException {
    try (SafetensorsWriter writer = writer(Dtype.F32)) {
      writer.write("a", FloatBuffer.allocate(2));
      writer.write("b", FloatBuffer.allocate(1));
      var error = assertThrows(IllegalStateException.class, writer::commit);
      assertEquals("tensor b has 1 of its 2 elements", error.getMessage());
    }
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void refusesWhatTheTypeCannotHold() throws IOException {
    try (SafetensorsWriter writer = writer(Dtype.F16)) {
      var error =
          assertThrows(
              WeightFormatException.class,
              () -> writer.write("a", FloatBuffer.wrap(new float[] {1, 65520})));
      assertTrue(
          error.getMessage().endsWith("tensor a holds 65520.0, which does not fit float16"),
          error.getMessage());
    }
    var error = assertThrows(IllegalArgumentException.class, () -> writer(Dtype.I64));
    assertEquals("tensor a should be F32, F16 or BF16, found I64", error.getMessage());
  }
}
