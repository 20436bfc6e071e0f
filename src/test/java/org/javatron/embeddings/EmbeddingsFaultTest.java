package org.javatron.embeddings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.javatron.io.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One sentence for each way in which files can be wrong. */
class EmbeddingsFaultTest {
  @TempDir Path temporary;
  private Path folder;

  @BeforeEach
  void goodEmbeddings() throws IOException {
    folder = write("good", Shard.whole(10), 4);
  }

  private Path write(String name, Shard shard, int dim) throws IOException {
    EmbeddingsHeader header =
        new EmbeddingsHeader(shard, dim, EmbeddingType.FLOAT32, TestEmbeddings.settings());
    Path directory = shard.directory(temporary.resolve(name));
    float[] vectors = TestEmbeddings.vectors((int) shard.totalRows(), dim, 1);
    return TestEmbeddings.write(directory, header, vectors, 5);
  }

  private void requireRefused(String expected) {
    String message = assertThrows(InputException.class, () -> Embeddings.open(folder)).getMessage();
    assertEquals(expected, message.replace(folder + "/", "").replace(folder.toString(), "good"));
  }

  private void overwrite(String name, int at, String text) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    byte[] replacement = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(replacement, 0, bytes, at, replacement.length);
    Files.write(folder.resolve(name), bytes);
  }

  private void resize(String name, int by) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    Files.write(folder.resolve(name), Arrays.copyOf(bytes, bytes.length + by));
  }

  private void editManifest(Consumer<ObjectNode> edit) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Path file = folder.resolve("manifest.json");
    ObjectNode json = (ObjectNode) mapper.readTree(file.toFile());
    edit.accept(json);
    mapper.writeValue(file.toFile(), json);
  }

  private static ObjectNode facts(ObjectNode json, String name) {
    return (ObjectNode) json.get("files").get(name);
  }

  @Test
  void truncatedAndOverlongMatrices() throws IOException {
    resize("embeddings.npy", -1);
    requireRefused("embeddings.npy should have 288 bytes for its 10 rows but has 287");
    resize("embeddings.npy", 5);
    requireRefused("embeddings.npy should have 288 bytes for its 10 rows but has 292");
    resize("embeddings.npy", -192);
    requireRefused("embeddings.npy ends at byte 100, inside its NumPy header");
    resize("embeddings.npy", -95);
    requireRefused("embeddings.npy ends at byte 5, inside its NumPy header");
  }

  @Test
  void matricesOfOtherKinds() throws IOException {
    String header = "{'descr': '<f8', 'fortran_order': False, 'shape': (10, 4), }";
    overwrite("embeddings.npy", 10, header);
    requireRefused(
        "embeddings.npy holds values of type '<f8', expected '<f4' (float32) or '<f2' (float16)");
    overwrite("embeddings.npy", 10, header.replace("<f8", ">f4"));
    requireRefused(
        "embeddings.npy holds values of type '>f4', expected '<f4' (float32) or '<f2' (float16)");
    overwrite("embeddings.npy", 10, header.replace("<f8", "<f2"));
    requireRefused(
        "embeddings.npy should be float32 [10, 4] by its manifest but is float16 [10, 4]");
    overwrite("embeddings.npy", 10, header.replace("<f8", "<f4").replace("False", "True "));
    requireRefused(
        "embeddings.npy is in Fortran order, expected C order (numpy.ascontiguousarray makes it"
            + " so)");
    overwrite("embeddings.npy", 10, header.replace("<f8", "<f4").replace("10, 4)", "40,)  "));
    requireRefused("embeddings.npy has the shape (40,), expected two dimensions: rows and values");
    overwrite("embeddings.npy", 10, header.replace("<f8", "<f4").replace("10, 4)", "4, 10)"));
    requireRefused(
        "embeddings.npy should be float32 [10, 4] by its manifest but is float32 [4, 10]");
    overwrite("embeddings.npy", 10, header.replace("descr", "sdecr"));
    requireRefused("embeddings.npy has no 'descr' in its NumPy header");
    overwrite("embeddings.npy", 6, "\4");
    requireRefused("embeddings.npy is a NumPy file of version 4, expected 1, 2 or 3");
    overwrite("embeddings.npy", 0, "PK");
    requireRefused("embeddings.npy is no NumPy file: it does not begin with \\x93NUMPY");
  }

  @Test
  void tooFewAndTooManyIds() throws IOException {
    long size = Files.size(folder.resolve("embeddings.ids"));
    resize("embeddings.ids", -3);
    requireRefused(
        "embeddings.ids should have " + size + " bytes for its 10 rows but has " + (size - 3));
    resize("embeddings.ids", 9);
    requireRefused(
        "embeddings.ids should have " + size + " bytes for its 10 rows but has " + (size + 6));
  }

  @Test
  void idsThatDoNotFitTheRowsAreFoundWhenTheyAreAskedFor() throws IOException {
    requireIdRefused("a\nb\n", "should have 10 lines, one id for each row, but has 2");
    requireIdRefused("a\n".repeat(11), "should have 10 lines, one id for each row, but has 11");
    requireIdRefused(
        "a\n".repeat(10) + "b",
        "should have 10 lines, one id for each row, but has 10 and a last one without its line"
            + " end");
    requireIdRefused(
        "a\n".repeat(9) + "b",
        "should have 10 lines, one id for each row, but has 9 and a last one without its line"
            + " end");
    requireIdRefused("", "should have 10 lines, one id for each row, but has 0");
    requireIdRefused("a\n".repeat(9) + "\u00e9\n", "line 10 is not UTF-8 text");
  }

  private void requireIdRefused(String text, String expected) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    Path ids = Files.write(folder.resolve("embeddings.ids"), bytes);
    editManifest(json -> facts(json, "embeddings.ids").put("bytes", bytes.length));
    Embeddings opened = Embeddings.open(folder);
    String message = assertThrows(InputException.class, () -> opened.id(9)).getMessage();
    assertEquals(ids + " " + expected, message);
  }

  @Test
  void wrongManifests() throws IOException {
    String hash =
        "manifest.json should have 64 lower-case hexadecimal digits in"
            + " files.embeddings.npy.sha256 but has \"abc\"";
    editManifest(json -> facts(json, "embeddings.npy").put("sha256", "abc"));
    requireRefused(hash);
    editManifest(json -> json.put("version", 2));
    requireRefused(
        "manifest.json is of version 2, this Javatron reads version 1: encode again, or use a"
            + " newer Javatron");
    editManifest(json -> json.put("version", 1).put("rows", -1));
    requireRefused(
        "manifest.json should have a whole number from 0 to 9223372036854775807 in rows but has"
            + " -1");
    editManifest(json -> json.put("rows", 9));
    requireRefused(
        "manifest.json should have 10 rows from row 0 on in shard 0 of 1 over 10 rows but has 9"
            + " rows from row 0 on");
    editManifest(json -> json.put("rows", 10).put("dtype", "bfloat16"));
    requireRefused(
        "manifest.json should have \"float32\" or \"float16\" in dtype but has \"bfloat16\"");
    editManifest(json -> json.remove("encoder"));
    editManifest(json -> json.put("dtype", "float32"));
    requireRefused("manifest.json should have an object in encoder but has nothing");
    editManifest(json -> json.put("format", "lucene"));
    requireRefused(
        "manifest.json should have \"javatron-embeddings\" in format but has \"lucene\"");
    Files.writeString(folder.resolve("manifest.json"), "[]");
    requireRefused("manifest.json holds no JSON object");
    Files.writeString(folder.resolve("manifest.json"), "");
    requireRefused("manifest.json holds no JSON object");
  }

  @Test
  void filesThatChangedSinceTheyWereWritten() throws IOException {
    Embeddings opened = Embeddings.open(folder);
    opened.verify();
    overwrite("embeddings.npy", 200, "x");
    String message = assertThrows(InputException.class, opened::verify).getMessage();
    assertEquals(
        folder.resolve("embeddings.npy").toString(),
        message.substring(0, message.indexOf(" should have the sha256 ")));
  }

  @Test
  void missingAndMixedShards() throws IOException {
    for (int i : new int[] {0, 2, 4}) {
      write("shards", new Shard(i, 5, 12), 4);
    }
    folder = temporary.resolve("shards");
    requireRefused("good lacks shard-1-of-5, shard-3-of-5");
    write("shards", new Shard(0, 2, 12), 4);
    requireRefused("good holds shards of different divisions: shard-0-of-2 and shard-0-of-5");
    folder = Files.createDirectory(temporary.resolve("empty"));
    requireRefused(
        "good holds no embeddings: expected a manifest.json or folders named shard-0-of-4 and so"
            + " on");
  }

  @Test
  void unfinishedRuns() throws IOException {
    folder = temporary.resolve("unfinished");
    EmbeddingsHeader header = TestEmbeddings.header(10, 4, EmbeddingType.FLOAT32);
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder, header)) {
      TestEmbeddings.append(writer, header, TestEmbeddings.vectors(10, 4, 1), 3, 6);
    }
    requireRefused("good is unfinished (6 of 10 rows): repeat its encode command to continue it");
  }

  @Test
  void foldersOfDifferentDimensions() throws IOException {
    Path wide = write("wide", Shard.whole(3), 5);
    String message =
        assertThrows(InputException.class, () -> Embeddings.open(List.of(folder, wide)))
            .getMessage();
    assertEquals(wide + " has vectors of 5 values but " + folder + " has vectors of 4", message);
  }
}
