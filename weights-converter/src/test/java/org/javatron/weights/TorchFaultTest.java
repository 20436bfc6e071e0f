package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.javatron.weights.RawFiles.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way a PyTorch file can be wrong, hostile ones among them, has its sentence. */
class TorchFaultTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("pytorch_model.bin");
  }

  private String refusal() {
    var error = assertThrows(WeightFormatException.class, () -> Checkpoint.open(file).close());
    String prefix = file + ": ";
    assertTrue(error.getMessage().startsWith(prefix), error.getMessage());
    return error.getMessage().substring(prefix.length());
  }

  private String refusal(Bytes pickle) throws IOException {
    RawFiles.torch(file, pickle.toByteArray());
    return refusal();
  }

  private static Bytes pickle() {
    return new Bytes().proto();
  }

  private void torch(Bytes pickle, int storageBytes, boolean zip64) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", pickle.toByteArray());
    byte[] data = new byte[storageBytes];
    for (int i = 3; i < storageBytes; i += 4) { // 2, 8, 32, 128, ... as float32
      data[i] = (byte) (0x40 + i / 4);
    }
    entries.put("archive/data/0", data);
    Files.write(file, RawFiles.zip(entries, zip64));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsWhatIsRight(boolean zip64) throws IOException {
    torch(pickle().op("}").tensor("w", "0", 6, 0, shape(3, 2), shape(1, 3)).op("s."), 24, zip64);
    try (TensorSource source = Checkpoint.open(file)) {
      assertArrayEquals(
          new float[] {2, 128, 8, 512, 32, 2048}, Golden.values(source, "w"), "transposed");
    }
  }

  @Test
  void readsWhatPython2Wrote() throws IOException {
    // OrderedDict([['w', tensor]]) with the name as a str of bytes.
    Bytes pickle = pickle().global("collections", "OrderedDict").op("]](U\1w");
    Bytes tensor = new Bytes().tensor("w", "0", 6, 0, shape(6), shape(1));
    pickle.raw(Arrays.copyOfRange(tensor.toByteArray(), 6, tensor.size())); // but its own name
    torch(pickle.op("ea\u0085R."), 24, false);
    try (TensorSource source = Checkpoint.open(file)) {
      assertArrayEquals(new float[] {2, 8, 32, 128, 512, 2048}, Golden.values(source, "w"));
    }
  }

  private static int[] shape(int... dimensions) {
    return dimensions;
  }

  // Hostile pickles: what each names must not be looked for, let alone be called.

  @ParameterizedTest
  @CsvSource({
    "posix, system",
    "builtins, eval",
    "builtins, exec",
    "os, system",
    "subprocess, Popen",
    "builtins, getattr",
    // Names the library has a Java class for, or a stand-in.
    "decimal, Decimal",
    "datetime, datetime",
    "builtins, bytearray",
    "builtins, SystemExit",
    "torch.nn.modules.linear, Linear",
    "java.lang, Runtime"
  })
  void aCallOfSomethingElse(String module, String name) throws IOException {
    String sentence =
        "the pickle names "
            + module
            + "."
            + name
            + ", which no dictionary of tensors needs; nothing of it was run";
    assertEquals(sentence, refusal(pickle().global(module, name).string("touch x").op("\u0085R.")));
    assertEquals(
        sentence,
        refusal(pickle().string(module).string(name).op("\u0093").string("x").op("\u0085R.")));
  }

  @ParameterizedTest
  @CsvSource({
    "i, 0x69", // INST: finds a class and calls it in one
    "o, 0x6f", // OBJ
    "\u0081, 0x81", // NEWOBJ
    "\u0092, 0x92", // NEWOBJ_EX
    "\u0082, 0x82", // EXT1: the extension registry
    "B, 0x42", // BINBYTES with its 4-byte length
    "\u008b, 0x8b", // LONG4: a number of 2 GB
    "\u008e, 0x8e", // BINBYTES8
    "\u0096, 0x96", // BYTEARRAY8
    "I, 0x49",
    "P, 0x50",
    "2, 0x32"
  })
  void anInstructionTorchNeverWrites(String instruction, String code) throws IOException {
    assertEquals(
        "the pickle has instruction " + code + ", which torch.save never writes",
        refusal(pickle().op("(").op(instruction).zeros(20).op(".")));
  }

  @Test
  void aStringLongerThanTheFile() throws IOException {
    assertEquals(
        "the pickle claims a string of 2147483647 bytes",
        refusal(pickle().op("X").int32(Integer.MAX_VALUE)));
    assertEquals(
        "the pickle claims a string of 4294967295 bytes", refusal(pickle().op("X").int32(-1)));
    assertEquals(
        "the pickle claims a string of 16000000 bytes, only 3 are left",
        refusal(pickle().op("X").int32(16_000_000).op("abc")));
  }

  @Test
  void aPickleTooLargeToBeOne() throws IOException {
    RawFiles.torch(file, new byte[(1 << 24) + 1]);
    assertEquals("entry archive/data.pkl has 16777217 bytes, expected at most 16777216", refusal());
  }

  @Test
  void aKeyThatIsAList() throws IOException {
    // l = []; l.append(l): hashing it would not end.
    assertEquals("a dictionary's key is no string", refusal(pickle().op("}]q\0h\0aNs.")));
  }

  @Test
  void anObjectBuiltFromAttributes() throws IOException {
    assertEquals("BUILD should have a StateDict here", refusal(pickle().op("]}b.")));
  }

  @Test
  void aStorageMadeByThePickle() throws IOException {
    assertEquals(
        "the pickle makes a storage of its own",
        refusal(pickle().global("torch", "FloatStorage").number(1 << 30).op("\u0085R.")));
  }

  @Test
  void aReferenceToNoStorage() throws IOException {
    assertEquals("a storage should have a Object[] here", refusal(pickle().string("x").op("Q.")));
    assertEquals(
        "the pickle refers to something that is not a storage",
        refusal(pickle().string("module").op("\u0085Q.")));
  }

  @Test
  void brokenStackAndEnd() throws IOException {
    assertTrue(refusal(pickle().op("a.")).startsWith("the pickle is broken (java.lang."));
    assertTrue(refusal(pickle().op("h\u0007.")).startsWith("invalid memo key"));
    assertEquals("premature end of file", refusal(pickle().op("}")));
  }

  /** Programs of random instructions, those on the list among them. */
  @Test
  void randomPicklesAreRefusedAsSuch() throws IOException {
    String instructions =
        "}]()tRQbsuaeqhrjXUTcNJKM.\u0085\u0086\u0087\u0088\u008a\u0093\u0094\u0095";
    MappedFile nothing = MappedFile.open(Files.write(file, new byte[1]));
    Random random = new Random(3);
    int refused = 0;
    for (int trial = 0; trial < 20_000; trial++) {
      Bytes pickle = pickle().op("}");
      for (int i = random.nextInt(40); i >= 0; i--) {
        switch (random.nextInt(8)) {
          case 0 -> pickle.string("key");
          case 1 -> pickle.number(random.nextInt(5));
          case 2 -> pickle.global("collections", "OrderedDict");
          case 3 -> pickle.raw((byte) random.nextInt(4));
          default -> pickle.op(instructions.charAt(random.nextInt(instructions.length())) + "");
        }
      }
      try {
        TorchUnpickler.read(new ByteArrayInputStream(pickle.toByteArray()), nothing);
      } catch (WeightFormatException e) {
        refused++;
      }
    }
    assertTrue(refused > 10_000, refused + " refused");
  }

  @Test
  void noDictionaryOfTensors() throws IOException {
    assertEquals("expected a dictionary of tensors", refusal(pickle().op("].")));
    assertEquals(
        "expected a dictionary of tensors, found keys epoch, model",
        refusal(pickle().op("}").string("epoch").op("K\1s").string("model").op("}s.")));
  }

  // Tensors that reach where they must not.

  @Test
  void aTensorPastItsStorage() throws IOException {
    torch(pickle().op("}").tensor("w", "0", 6, 1, shape(3, 2), shape(2, 1)).op("s."), 24, false);
    assertEquals(
        "tensor w: shape [3, 2] with strides [2, 1] from element 1 passes the end of its storage of"
            + " 6",
        refusal());
  }

  @Test
  void aNameThatPlaysWithTheTerminal() throws IOException {
    torch(pickle().op("}").tensor("\33[2J", "0", 6, 0, shape(6), shape(1)).op("s."), 24, false);
    assertEquals("a tensor's name has control characters in it", refusal());
  }

  @Test
  void shapesThatOverflow() throws IOException {
    int big = Integer.MAX_VALUE;
    torch(
        pickle()
            .op("}")
            .tensor("w", "0", 6, 0, shape(big, big, big), shape(big, big, big))
            .op("s."),
        24,
        false);
    assertEquals(
        "tensor w: shape [2147483647, 2147483647, 2147483647] with strides [2147483647, 2147483647,"
            + " 2147483647] from element 0 passes the end of its storage of 6",
        refusal());
  }

  @Test
  void aNegativeStride() throws IOException {
    torch(pickle().op("}").tensor("w", "0", 6, 0, shape(6), shape(-1)).op("s."), 24, false);
    assertEquals("_rebuild_tensor_v2 should have a whole number from 0 to 2^63", refusal());
  }

  @Test
  void strideAndShapeOfDifferentRank() throws IOException {
    torch(pickle().op("}").tensor("w", "0", 6, 0, shape(6), shape(1, 1)).op("s."), 24, false);
    assertEquals("a tensor of shape [6] has strides [1, 1]", refusal());
  }

  @Test
  void aStorageThatIsShortOrAbsent() throws IOException {
    torch(pickle().op("}").tensor("w", "0", 6, 0, shape(6), shape(1)).op("s."), 20, false);
    assertEquals(
        "tensor w: its storage 0 should hold 6 F32 numbers, but has 20 bytes (truncated?)",
        refusal());
    torch(pickle().op("}").tensor("w", "1", 6, 0, shape(6), shape(1)).op("s."), 24, false);
    assertEquals("tensor w: its storage 1 is not in the file", refusal());
  }

  // The archive around it.

  @Test
  void bigEndian() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", pickle().op("}.").toByteArray());
    entries.put("archive/byteorder", "big".getBytes());
    Files.write(file, RawFiles.zip(entries, false));
    assertEquals("byte order is big; expected little", refusal());
  }

  @Test
  void aZipOfSomethingElse() throws IOException {
    Files.write(file, RawFiles.zip(Map.of("word/document.xml", new byte[9]), false));
    assertEquals(
        "not a PyTorch file: the zip archive should have one data.pkl, found 0", refusal());
  }

  @Test
  void truncatedZip() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.form("torch-zip/pytorch_model.bin"));
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertEquals(
        "the zip archive is broken: it has no end record (truncated?) (file size 17886)",
        refusal());
  }

  @Test
  void truncatedLegacy() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.form("torch-legacy-scattered/pytorch_model.bin"));
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    String sentence = refusal();
    assertTrue(
        sentence.matches(
            "storage \\d+ at byte \\d+ should hold \\d+ numbers of 4 bytes, but the file ends at"
                + " byte 28197 \\(truncated\\?\\)"),
        sentence);
    Files.write(file, Arrays.copyOf(whole, whole.length + 2));
    assertEquals("the last storage ends at byte 28198, the file at 28200", refusal());
  }

  /** A compressed entry may claim any size; what it unpacks to is cut off there. */
  @ParameterizedTest
  @CsvSource({"24, found more", "4000, found 400"})
  void aPackedEntryOfAnotherSize(int claimed, String found) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("m/data.pkl"));
      zip.write(pickle().op("}").tensor("w", "0", 6, 0, shape(6), shape(1)).op("s.").toByteArray());
      zip.putNextEntry(new ZipEntry("m/data/0"));
      zip.write(new byte[400]);
    }
    byte[] archive = bytes.toByteArray();
    ByteBuffer view = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
    int directory = view.getInt(archive.length - 6);
    int second = directory + 46 + "m/data.pkl".length();
    assertEquals(400, view.getInt(second + 24));
    view.putInt(second + 24, claimed);
    Files.write(file, archive);
    try (TensorSource source = Checkpoint.open(file)) {
      var error = assertThrows(WeightFormatException.class, () -> Golden.values(source, "w"));
      assertEquals(
          file + ": entry m/data/0 should be " + claimed + " bytes when unpacked, " + found,
          error.getMessage());
    }
  }

  @Test
  void aGitLfsPointer() throws IOException {
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    assertEquals(
        "this is a Git LFS pointer, not the weights: fetch them with git lfs pull", refusal());
  }

  /** Whatever the damage: either the file still opens and reads, or it is refused as such. */
  @ParameterizedTest
  @ValueSource(strings = {"torch-zip", "torch-legacy", "torch-deflated", "torch-parameters"})
  void damageNeverShowsAsSomethingElse(String form) throws IOException {
    byte[] whole = Files.readAllBytes(Golden.form(form).resolve("pytorch_model.bin"));
    Random random = new Random(7);
    int refused = 0;
    for (int trial = 0; trial < 120; trial++) {
      byte[] bytes = whole.clone();
      if (trial % 4 == 0) {
        bytes = Arrays.copyOf(whole, random.nextInt(whole.length));
      } else {
        // The structure is at both ends; flips in the numbers between change values only.
        int near = random.nextInt(Math.min(6000, whole.length));
        int at = random.nextBoolean() ? near : whole.length - 1 - near;
        bytes[at] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, bytes);
      try (TensorSource source = Checkpoint.open(file)) {
        for (TensorInfo tensor : source.tensors().values()) {
          if (tensor.dtype().widensToFloat32() && tensor.elements() < 10_000) {
            Golden.values(source, tensor.name());
          }
        }
      } catch (WeightFormatException e) {
        refused++;
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
      }
    }
    assertTrue(refused > 30, refused + " refused");
  }
}
