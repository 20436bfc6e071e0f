package org.javatron.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.javatron.io.InputException;
import org.javatron.weights.BertConfig;
import org.javatron.weights.SafetensorsFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class WeightLoaderTest {
  private static final String VALUE = "encoder.layer.1.attention.self.value.weight";

  @TempDir Path temporary;

  @Test
  void queryKeyAndValueAreStacked() throws Exception {
    Path file = Golden.file("model.safetensors");
    Map<String, INDArray> weights = WeightLoader.load(file, Golden.config());
    INDArray qkv = weights.get("encoder.layer.1.attention.self.qkv.weight");
    assertArrayEquals(new long[] {60, 20}, qkv.shape());
    float[] all = qkv.reshape(-1).toFloatVector();
    assertArrayEquals(Golden.tensor(file, VALUE), Arrays.copyOfRange(all, 800, 1200));
    // Every number of the model, once.
    long expected =
        Golden.config().tensorShapes().values().stream()
            .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
            .sum();
    assertEquals(expected, weights.values().stream().mapToLong(INDArray::length).sum());
  }

  @Test
  void nanIsNamed() throws Exception {
    Path file = temporary.resolve("nan.safetensors");
    byte[] bytes = Files.readAllBytes(Golden.file("model.safetensors"));
    try (SafetensorsFile source = SafetensorsFile.open(Golden.file("model.safetensors"))) {
      int at = (int) source.tensor(VALUE).offset() + 4 * 7;
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, Float.NaN);
    }
    Files.write(file, bytes);
    refused(file, Golden.config(), "nan.safetensors", VALUE, "NaN at index 7");
  }

  @Test
  void aMissingTensorIsNamed() throws Exception {
    Path file = temporary.resolve("missing.safetensors");
    byte[] bytes = Files.readAllBytes(Golden.file("model.safetensors"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String renamed = text.replace(VALUE, VALUE.replace("value", "vague"));
    Files.write(file, renamed.getBytes(StandardCharsets.ISO_8859_1));
    refused(file, Golden.config(), "missing.safetensors", VALUE, "is missing", "[20, 20]");
  }

  @Test
  void aShapeThatIsNotTheConfigurationsIsNamed() throws Exception {
    Path config = temporary.resolve("config.json");
    String json = Files.readString(Golden.file("config.json"));
    Files.writeString(
        config, json.replace("\"intermediate_size\": 37", "\"intermediate_size\": 38"));
    refused(
        Golden.file("model.safetensors"),
        BertConfig.read(config),
        "encoder.layer.0.intermediate.dense.weight",
        "[38, 20]",
        "[37, 20]");
  }

  private static void refused(Path file, BertConfig config, String... parts) {
    InputException e = assertThrows(InputException.class, () -> WeightLoader.load(file, config));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
