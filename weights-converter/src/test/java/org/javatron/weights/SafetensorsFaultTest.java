package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way a safetensors file can be wrong has its sentence. */
class SafetensorsFaultTest {
  @TempDir Path folder;

  private void refuses(String header, int dataBytes, String sentence) throws IOException {
    refuses(RawFiles.safetensors(folder.resolve("f"), header, dataBytes), sentence);
  }

  private static void refuses(Path file, String sentence) {
    var error = assertThrows(WeightFormatException.class, () -> SafetensorsFile.open(file).close());
    assertEquals(file + ": " + sentence, error.getMessage());
  }

  private static String tensor(String name, String dtype, String shape, long begin, long end) {
    return String.format(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
        name, dtype, shape, begin, end);
  }

  @Test
  void readsWhatIsRight() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + tensor("b", "F32", "[2,3]", 8, 32)
            + ","
            + tensor("a", "I64", "[]", 0, 8)
            + ","
            + tensor("none", "F16", "[0,5]", 32, 32)
            + "}   ";
    Path path = RawFiles.safetensors(folder.resolve("f"), header, 32);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertEquals("[a, b, none]", file.tensors().keySet().toString());
      assertEquals(6, file.tensor("b").elements());
      assertEquals(0, file.tensor("none").elements());
      file.read("none", FloatBuffer.allocate(0));
      var error =
          assertThrows(WeightFormatException.class, () -> file.read("a", FloatBuffer.allocate(1)));
      assertEquals(
          path + ": tensor a is I64; expected F32, F16 or BF16 weights", error.getMessage());
      error =
          assertThrows(WeightFormatException.class, () -> file.read("b", FloatBuffer.allocate(5)));
      assertEquals(
          path + ": tensor b has 6 elements, the place to read it into has 5", error.getMessage());
      error = assertThrows(WeightFormatException.class, () -> file.tensor("c"));
      assertEquals(path + ": there is no tensor c", error.getMessage());
    }
  }

  @Test
  void empty() throws IOException {
    refuses(
        Files.createFile(folder.resolve("f")),
        "not a safetensors file: it has 0 bytes, the header's length alone takes 8");
  }

  @Test
  void somethingElse() throws IOException {
    refuses(
        Files.writeString(folder.resolve("f"), "<!DOCTYPE html><html>"),
        "not a safetensors file: its first 8 bytes give the header's length as"
            + " 5789751444030890300, expected 2 to 100000000");
  }

  @Test
  void headerLongerThanTheFormatAllows() throws IOException {
    byte[] bytes =
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001).array();
    refuses(
        Files.write(folder.resolve("f"), bytes),
        "not a safetensors file: its first 8 bytes give the header's length as 100000001, expected"
            + " 2 to 100000000");
  }

  @Test
  void headerLongerThanTheFile() throws IOException {
    byte[] bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(9).array();
    refuses(
        Files.write(folder.resolve("f"), bytes),
        "truncated: the header should be 9 bytes long, but the file has 16");
  }

  @Test
  void headerShorterThanItsJson() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.form("safetensors/model.safetensors"));
    whole[0] -= 8;
    Path file = Files.write(folder.resolve("f"), whole);
    var error = assertThrows(WeightFormatException.class, () -> SafetensorsFile.open(file));
    assertEquals(file + ": the header is not valid JSON: it ends too early", error.getMessage());
  }

  @Test
  void dataTruncated() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.form("safetensors/model.safetensors"));
    Path file = Files.write(folder.resolve("f"), Arrays.copyOf(whole, whole.length - 1));
    refuses(
        file,
        "tensor pooler.dense.weight: its data should end at byte 22784 of the data, but the file"
            + " has only 22783 (truncated?)");
  }

  @Test
  void bytesLeftOver() throws IOException {
    refuses(
        "{" + tensor("a", "F32", "[1]", 0, 4) + "}",
        7,
        "3 bytes after the last tensor belong to none (the file has 69 bytes, expected 66)");
  }

  @Test
  void overlap() throws IOException {
    refuses(
        "{" + tensor("a", "F32", "[2]", 0, 8) + "," + tensor("b", "F32", "[2]", 4, 12) + "}",
        12,
        "tensor b: it overlaps tensor a: expected to begin at byte 8 of the data, found 4");
  }

  @Test
  void hole() throws IOException {
    refuses(
        "{" + tensor("a", "F32", "[1]", 4, 8) + "}",
        8,
        "tensor a: it leaves a hole after the header: expected to begin at byte 0 of the data,"
            + " found 4");
  }

  @Test
  void unknownDtype() throws IOException {
    refuses("{" + tensor("a", "F31", "[1]", 0, 4) + "}", 4, "tensor a: unknown dtype \"F31\"");
    refuses(
        "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}",
        4,
        "tensor a: unknown dtype (none given)");
  }

  @Test
  void shapeAgainstRange() throws IOException {
    refuses(
        "{" + tensor("a", "F16", "[3,2]", 0, 16) + "}",
        16,
        "tensor a: F16 of shape [3,2] takes 12 bytes, but its range holds 16");
  }

  @Test
  void shapeOverflow() throws IOException {
    refuses(
        "{" + tensor("a", "F32", "[4294967296,4294967296,4]", 0, 0) + "}",
        0,
        "tensor a: F32 of shape [4294967296,4294967296,4] takes more than 2^63 bytes, but its range"
            + " holds 0");
  }

  @Test
  void negativeAndFractionalDimensions() throws IOException {
    refuses(
        "{" + tensor("a", "F32", "[-1]", 0, 4) + "}",
        4,
        "tensor a: shape should hold numbers from 0 to 2^63, found [-1]");
    refuses(
        "{" + tensor("a", "F32", "[1.5]", 0, 4) + "}",
        4,
        "tensor a: shape should hold numbers from 0 to 2^63, found [1.5]");
    refuses(
        "{" + tensor("a", "F32", "\"1\"", 0, 4) + "}",
        4,
        "tensor a: shape should be a list of numbers, found \"1\"");
  }

  @Test
  void offsetsBackwards() throws IOException {
    refuses(
        "{" + tensor("a", "F32", "[1]", 4, 0) + "}",
        4,
        "tensor a: data_offsets should be [begin, end], found [4,0]");
  }

  @Test
  void aNameTwice() throws IOException {
    refuses(
        "{" + tensor("a", "F32", "[1]", 0, 4) + "," + tensor("a", "F32", "[1]", 0, 4) + "}",
        4,
        "the header is not valid JSON: Duplicate field 'a'");
  }

  @Test
  void aNameThatPlaysWithTheTerminal() throws IOException {
    refuses(
        "{" + tensor("\\u001b[2Jok", "F32", "[1]", 0, 4) + "}",
        4,
        "a tensor's name has control characters in it");
  }

  @Test
  void notAnObject() throws IOException {
    refuses("[1, 2]", 0, "the header is not a JSON object");
    refuses(" {}", 0, "the header is not a JSON object");
    refuses("{} {}", 0, "the header is not valid JSON: something follows its end");
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.form("safetensors/model.safetensors"));
    Path file = folder.resolve("f");
    for (int length = 0; length < whole.length; length += length < 4200 ? 13 : 997) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThrows(WeightFormatException.class, () -> SafetensorsFile.open(file));
    }
  }
}
