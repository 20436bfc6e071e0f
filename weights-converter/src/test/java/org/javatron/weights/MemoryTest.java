package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.weights.SafetensorsWriter.Spec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Converting takes memory that does not depend on the model: a Java process that may have less than
 * half of the largest tensor, heap and direct memory together, converts all the same.
 */
class MemoryTest {
  private static final int VOCABULARY = 40_960;
  private static final int HIDDEN = 256;
  private static final long LARGEST = (long) VOCABULARY * HIDDEN * Float.BYTES; // 40 MiB
  private static final int HEAP_MIB = 16;
  private static final int DIRECT_MIB = 2;

  @TempDir Path folder;
  private Path model;
  private BertConfig config;

  @BeforeEach
  void checkpointWithOneLargeTensor() throws IOException {
    assertTrue((long) (HEAP_MIB + DIRECT_MIB) << 20 < LARGEST / 2);
    model = Files.createDirectories(folder.resolve("checkpoint"));
    Files.writeString(
        model.resolve("config.json"),
        String.format(
            "{\"model_type\": \"bert\", \"vocab_size\": %d, \"hidden_size\": %d,"
                + " \"num_hidden_layers\": 1, \"num_attention_heads\": 4, \"intermediate_size\": 64}",
            VOCABULARY, HIDDEN));
    Files.writeString(model.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
    config = BertConfig.read(model.resolve("config.json"));
  }

  @Test
  void safetensors() throws Exception {
    Map<String, Spec> specs = new LinkedHashMap<>();
    config.tensorShapes().forEach((name, shape) -> specs.put(name, new Spec(Dtype.F32, shape)));
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(model.resolve("model.safetensors"), specs, Map.of())) {
      for (Map.Entry<String, long[]> tensor : config.tensorShapes().entrySet()) {
        FloatBuffer values = FloatBuffer.allocate((int) TensorInfo.byteCount(tensor.getValue(), 1));
        for (int i = 0; i < values.limit(); i++) {
          values.put(i, i);
        }
        writer.write(tensor.getKey(), values);
      }
      writer.commit();
    }
    convertInSmallProcess();
  }

  @Test
  void torchZip() throws Exception {
    RawFiles.Bytes pickle = new RawFiles.Bytes().proto().op("}");
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (Map.Entry<String, long[]> tensor : config.tensorShapes().entrySet()) {
      long[] shape = tensor.getValue();
      int elements = (int) TensorInfo.byteCount(shape, 1);
      String key = Integer.toString(entries.size());
      int[] dimensions = Arrays.stream(shape).mapToInt(d -> (int) d).toArray();
      int[] strides = dimensions.length == 1 ? new int[] {1} : new int[] {dimensions[1], 1};
      pickle.tensor(tensor.getKey(), key, elements, 0, dimensions, strides).op("s");
      entries.put("m/data/" + key, new byte[elements * Float.BYTES]);
    }
    entries.put("m/data.pkl", pickle.op(".").toByteArray());
    Files.write(model.resolve("pytorch_model.bin"), RawFiles.zip(entries, false));
    convertInSmallProcess();
  }

  private void convertInSmallProcess() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + HEAP_MIB + "m");
    command.add("-XX:MaxDirectMemorySize=" + DIRECT_MIB + "m");
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("org.javatron.weights.WeightsConverter");
    command.addAll(List.of("convert", "--model", model.toString()));
    command.addAll(List.of("--output", folder.resolve("m").toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    try (TensorSource before = Checkpoint.open(model);
        TensorSource after = Checkpoint.open(folder.resolve("m"))) {
      assertEquals(Golden.digests(before), Golden.digests(after));
      assertEquals(LARGEST, after.tensor("embeddings.word_embeddings.weight").byteCount(), output);
    }
  }
}
