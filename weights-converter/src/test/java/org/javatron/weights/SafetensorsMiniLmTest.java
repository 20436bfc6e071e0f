package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("peers")
class SafetensorsMiniLmTest {
  @Test
  void holdsEveryTensorOfItsConfig() throws IOException {
    Path model = Peers.miniLm();
    BertConfig config = BertConfig.read(model.resolve("config.json"));
    assertEquals(384, config.hiddenSize());
    assertEquals(6, config.layers());
    try (SafetensorsFile file = SafetensorsFile.open(model.resolve("model.safetensors"))) {
      for (Map.Entry<String, long[]> expected : config.tensorShapes().entrySet()) {
        TensorInfo found = file.tensor(expected.getKey());
        assertArrayEquals(expected.getValue(), found.shape(), expected.getKey());
        FloatBuffer values = FloatBuffer.allocate((int) found.elements());
        file.read(found.name(), values);
        assertEquals(0, values.remaining());
      }
    }
  }
}
