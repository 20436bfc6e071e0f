package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.javatron.io.Sha256;
import org.javatron.testing.Peers;

/** The tiny BERTs of golden/tiny-bert, and what tests do with models. */
final class Golden {
  private static final Path ROOT =
      Peers.root().resolve("weights-converter/src/test/resources/golden/tiny-bert");

  /** What a command answered. */
  record Result(int code, String out, String err) {}

  private Golden() {}

  static Path form(String name) {
    return ROOT.resolve(name);
  }

  /** A copy of a form that a test may damage. */
  static Path copy(String form, Path into) throws IOException {
    try (Stream<Path> walk = Files.walk(form(form))) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        Path target = into.resolve(form(form).relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
    return into;
  }

  static List<String> manifest() throws IOException {
    return Files.readAllLines(form("MANIFEST"));
  }

  /** SHA-256 of each tensor's float32 bytes, by PyTorch. */
  static Map<String, String> expected(Dtype dtype) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    JsonNode all = Json.read(form("expected.json"));
    all.get(dtype.torchName())
        .properties()
        .forEach(entry -> digests.put(entry.getKey(), entry.getValue().asText()));
    return digests;
  }

  static Map<String, String> expectedWithoutPooler(Dtype dtype) throws IOException {
    Map<String, String> digests = expected(dtype);
    digests.keySet().removeIf(name -> name.startsWith("pooler."));
    return digests;
  }

  /** SHA-256 of each tensor's float32 bytes as our readers give them; buffers of integers not. */
  static Map<String, String> digests(TensorSource source) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (TensorInfo tensor : source.tensors().values()) {
      if (!tensor.dtype().widensToFloat32()) {
        continue;
      }
      ByteBuffer bytes =
          ByteBuffer.allocate((int) tensor.elements() * 4).order(ByteOrder.LITTLE_ENDIAN);
      source.read(tensor.name(), bytes.asFloatBuffer());
      digests.put(tensor.name(), HexFormat.of().formatHex(Sha256.digest().digest(bytes.array())));
    }
    return digests;
  }

  static float[] values(TensorSource source, String name) throws IOException {
    FloatBuffer values = FloatBuffer.allocate((int) source.tensor(name).elements());
    source.read(name, values);
    return values.array();
  }

  /** Runs the converter's own command line inside this process. */
  static Result run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    int code = WeightsConverter.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Result(code, out.toString(), err.toString());
  }

  static Result convert(Path model, Path output, Object... more) {
    Result result =
        run(
            Stream.concat(
                    Stream.of("convert", "--model", model, "--output", output), Stream.of(more))
                .toArray());
    assertEquals(0, result.code(), result.err());
    return result;
  }

  /** The one sentence of a conversion that must fail, after the command's name. */
  static String refusal(Path model, Path output, Object... more) {
    Result result =
        run(
            Stream.concat(
                    Stream.of("convert", "--model", model, "--output", output), Stream.of(more))
                .toArray());
    assertEquals(1, result.code(), result.err());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    String prefix = "weights-converter convert: ";
    assertEquals(prefix, result.err().substring(0, prefix.length()));
    return result.err().strip().substring(prefix.length());
  }
}
