package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.kernels.Bf16Kernels;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodeCommandTest {
  @TempDir static Path shared;
  private static Path model;
  private static Path corpus;

  @TempDir Path folder;

  @BeforeAll
  static void convertATinyModel() throws IOException {
    model = shared.resolve("model");
    CliResult result =
        CliResult.of(
            "convert",
            "--model",
            Peers.root().resolve("weights-converter/src/test/resources/golden/tiny-bert/torch-zip"),
            "--output",
            model);
    assertEquals(0, result.exitCode(), result.err());
    corpus = Files.writeString(shared.resolve("c.tsv"), "1\tfirst\n2\tsecond one\n3\t\n");
  }

  private CliResult encode(Object... more) {
    Object[] all = new Object[more.length + 5];
    all[0] = "encode";
    all[1] = "--model";
    all[2] = model;
    all[3] = "--output";
    all[4] = folder.resolve("E");
    System.arraycopy(more, 0, all, 5, more.length);
    return CliResult.of(all);
  }

  @Test
  void writesEmbeddingsAndSaysWhatItDid() throws IOException {
    CliResult result = encode("--corpus", corpus, "--json", "--passage-max-length", 16);
    assertEquals(0, result.exitCode(), result.err());
    JsonNode summary = new ObjectMapper().readTree(result.out());
    assertEquals(3, summary.get("rows").asInt());
    assertEquals(3, summary.get("encoded").asInt());
    assertTrue(result.err().startsWith("encoding 3 passages needs "), result.err());

    Path output = folder.resolve("E");
    assertEquals("1\n2\n3\n", Files.readString(output.resolve("embeddings.ids")));
    JsonNode manifest = new ObjectMapper().readTree(output.resolve("manifest.json").toFile());
    assertEquals("passage", manifest.at("/encoder/side").asText());
    assertEquals(16, manifest.at("/encoder/max_length").asInt());
    assertEquals("[SEP]", manifest.at("/encoder/separator").asText());
    assertEquals("cls", manifest.at("/encoder/pooling").asText());
  }

  @Test
  void withoutTitlesAPassageIsItsTextAlone() throws IOException {
    assertEquals(0, encode("--corpus", corpus).exitCode());
    byte[] texts = Files.readAllBytes(folder.resolve("E/embeddings.npy"));
    Path titled =
        Files.writeString(folder.resolve("t.tsv"), "1\tT\tfirst\n2\t\tsecond one\n3\tU\t\n");
    CliResult result = encode("--corpus", titled, "--no-titles", "--force");
    assertEquals(0, result.exitCode(), result.err());
    assertArrayEquals(texts, Files.readAllBytes(folder.resolve("E/embeddings.npy")));
    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("E/manifest.json").toFile());
    assertFalse(manifest.at("/encoder/titles").asBoolean(true));

    Path tokenised =
        Files.writeString(folder.resolve("k.json"), "{\"text_id\": \"1\", \"text\": [7]}\n");
    result = encode("--corpus", tokenised, "--no-titles", "--force");
    assertEquals(1, result.exitCode());
    assertTrue(
        result
            .err()
            .contains(
                tokenised
                    + ":1: expected a text to leave its title out, found one that comes tokenised"),
        result.err());
    assertEquals(2, encode("--queries", corpus, "--no-titles").exitCode());
  }

  @Test
  void theSameRunGivesTheSameBytesWithTheOtherKernelsNearlyTheSame() throws IOException {
    encode("--corpus", corpus);
    byte[] first = Files.readAllBytes(folder.resolve("E/embeddings.npy"));
    CliResult again = encode("--corpus", corpus, "--force");
    assertEquals(0, again.exitCode(), again.err());
    assertArrayEquals(first, Files.readAllBytes(folder.resolve("E/embeddings.npy")));
    CliResult reference = encode("--corpus", corpus, "--force", "--kernels", "reference");
    assertEquals(0, reference.exitCode(), reference.err());
    requireNearlyEqual(first, Files.readAllBytes(folder.resolve("E/embeddings.npy")));
  }

  @Test
  void aProfileSaysWhatEachOpTook() {
    CliResult result = encode("--corpus", corpus, "--profile");
    assertEquals(0, result.exitCode(), result.err());
    assertFalse(result.out().contains("linearGelu"), result.out());
    // Two layers: three products and one with GELU in each, in a single batch.
    assertTrue(result.err().contains("share  GFLOP/s"), result.err());
    assertTrue(result.err().matches("(?s).*\\nlinearGelu +2 .*"), result.err());
    assertTrue(result.err().matches("(?s).*\\nlinear +6 .*"), result.err());
    assertFalse(result.err().contains("linearWeight"), result.err());
    assertUsage(
        "--profile times kernels on processors",
        "--corpus",
        corpus,
        "--force",
        "--profile",
        "--kernels",
        "cuda");
  }

  @Test
  void withoutTheVectorModuleTheResultIsNearlyTheSame() throws Exception {
    encode("--corpus", corpus);
    Path scalar = folder.resolve("scalar");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "encode",
                "--model",
                model.toString(),
                "--corpus",
                corpus.toString(),
                "--output",
                scalar.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    assertFalse(output.contains("Using incubator"), output);
    assertTrue(output.contains("without the module jdk.incubator.vector"), output);
    requireNearlyEqual(
        Files.readAllBytes(folder.resolve("E/embeddings.npy")),
        Files.readAllBytes(scalar.resolve("embeddings.npy")));
  }

  private static void requireNearlyEqual(byte[] first, byte[] other) {
    assertEquals(first.length, other.length);
    for (int at = 128; at < first.length; at += 4) {
      float a = floatAt(first, at);
      float b = floatAt(other, at);
      assertEquals(a, b, 1e-5 * Math.max(1, Math.abs(a)));
    }
  }

  private static float floatAt(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(at);
  }

  @Test
  void finishedEmbeddingsAreNotReplacedUnasked() {
    encode("--corpus", corpus);
    CliResult again = encode("--corpus", corpus);
    assertEquals(1, again.exitCode());
    assertTrue(again.err().contains("--force"), again.err());
  }

  @Test
  void anUnfinishedRunOfOtherSettingsIsReplacedOnlyIfAsked() throws IOException {
    EmbeddingsHeader other =
        new EmbeddingsHeader(
            Shard.whole(3), 2, EmbeddingType.FLOAT32, JsonNodeFactory.instance.objectNode());
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(folder.resolve("E"), other)) {
      writer.append(new float[] {1, 2}, List.of("1"));
    }
    CliResult refused = encode("--corpus", corpus);
    assertEquals(1, refused.exitCode());
    assertTrue(refused.err().contains("dim"), refused.err());
    CliResult replaced = encode("--corpus", corpus, "--force");
    assertEquals(0, replaced.exitCode(), replaced.err());
    assertTrue(!replaced.err().contains("continuing"), replaced.err());
  }

  @Test
  void whatIsFinishedSurvivesAForcedRunThatCannotBegin() {
    encode("--corpus", corpus);
    CliResult wrong = encode("--corpus", corpus, "--force", "--passage-max-length", 100000);
    assertEquals(1, wrong.exitCode());
    assertTrue(Files.exists(folder.resolve("E/manifest.json")));
  }

  @Test
  void oneShardGoesToItsOwnFolder() throws IOException {
    CliResult result = encode("--corpus", corpus, "--shards", 2, "--shard", 1);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("2\n3\n", Files.readString(folder.resolve("E/shard-1-of-2/embeddings.ids")));
  }

  /** Where the processor has no bfloat16, that is said before any file is looked for. */
  @Test
  void bf16IsComputedOrRefused() throws IOException {
    if (Bf16Kernels.processorHasThem()) {
      CliResult result = encode("--corpus", corpus, "--precision", "bf16");
      assertEquals(0, result.exitCode(), result.err());
      Path manifest = folder.resolve("E/manifest.json");
      assertEquals(
          "bf16", new ObjectMapper().readTree(manifest.toFile()).at("/encoder/precision").asText());
    } else {
      CliResult result = encode("--corpus", folder.resolve("none.tsv"), "--precision", "bf16");
      assertEquals(1, result.exitCode());
      String refusal = "javatron encode: --precision bf16 on a CPU needs the instructions AVX-512";
      assertTrue(result.err().startsWith(refusal), result.err());
      assertEquals(1, result.err().lines().count());
    }
  }

  @Test
  void wrongOptionsAreUsageErrors() {
    assertUsage(
        "--shard must be between 0 and 1, not 2", "--corpus", corpus, "--shards", 2, "--shard", 2);
    assertUsage("--threads must be between 1 and 1024, not 0", "--corpus", corpus, "--threads", 0);
    assertUsage(
        "--query-max-length goes with --queries", "--corpus", corpus, "--query-max-length", 16);
    assertUsage(
        "--passage-max-length goes with --corpus", "--queries", corpus, "--passage-max-length", 16);
    CliResult neither = encode();
    assertEquals(2, neither.exitCode());
    assertTrue(neither.err().contains("--corpus"), neither.err());
    CliResult both = encode("--corpus", corpus, "--queries", corpus);
    assertEquals(2, both.exitCode());
  }

  private void assertUsage(String sentence, Object... options) {
    CliResult result = encode(options);
    assertEquals(2, result.exitCode());
    assertTrue(result.err().startsWith("javatron encode: " + sentence), result.err());
  }

  @Test
  void badInputIsOneSentence() throws IOException {
    assertFailure(
        "javatron encode: no such file or folder: ", "--corpus", folder.resolve("none.tsv"));
    Path empty = Files.createFile(folder.resolve("empty.tsv"));
    assertFailure("javatron encode: there are no passages in ", "--corpus", empty);
    assertFailure(
        "javatron encode: the maximum length must be between 3 ([CLS], a token, [SEP]) and ",
        "--corpus",
        corpus,
        "--passage-max-length",
        100000);
    assertTrue(Files.notExists(folder.resolve("E/manifest.json")));
  }

  @Test
  void widthsThatAGpuDoesNotServeAreSaidBeforeItIsLookedFor() throws IOException {
    Path odd = Files.createDirectories(folder.resolve("odd"));
    for (String name : List.of("config.json", "javatron.json", "vocab.txt")) {
      String text = Files.readString(model.resolve(name));
      Files.writeString(odd.resolve(name), text.replaceFirst("(\"hidden_size\" *: *)16", "$120"));
    }
    CliResult result =
        CliResult.of(
            "encode",
            "--model",
            odd,
            "--corpus",
            corpus,
            "--output",
            folder.resolve("E"),
            "--kernels",
            "cuda");
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron encode: the CUDA kernels take hidden and intermediate sizes that are multiples of"
            + " 8; this model's are 20 and 32: take --kernels cpu\n",
        result.err());
    assertTrue(Files.notExists(folder.resolve("E")));
  }

  private void assertFailure(String begin, Object... options) {
    CliResult result = encode(options);
    assertEquals(1, result.exitCode());
    assertTrue(result.err().startsWith(begin), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void anUntiedPairsQueriesAndPassagesAreSearchedTogether() throws IOException {
    Path pair = folder.resolve("pair");
    Path source =
        Peers.root().resolve("weights-converter/src/test/resources/golden/tiny-bert/untied");
    assertEquals(0, CliResult.of("convert", "--model", source, "--output", pair).exitCode());
    Path passages = folder.resolve("P");
    Path queries = folder.resolve("Q");
    CliResult first =
        CliResult.of("encode", "--model", pair, "--corpus", corpus, "--output", passages);
    assertEquals(0, first.exitCode(), first.err());
    CliResult second =
        CliResult.of("encode", "--model", pair, "--queries", corpus, "--output", queries);
    assertEquals(0, second.exitCode(), second.err());
    encodeHalf(pair);
    Path run = folder.resolve("run.tsv");
    CliResult search =
        CliResult.of("search", "--queries", queries, "--passages", passages, "--output", run);
    assertEquals(0, search.exitCode(), search.err());
    assertEquals(9, Files.readAllLines(run).size());
    assertNotEquals(
        modelHash(folder.resolve("E")), modelHash(passages), "the pair is not one of its halves");
    assertEquals(modelHash(queries), modelHash(passages));
  }

  @Test
  void aModelThatIsNoneIsToldHowToBecomeOne() throws IOException {
    Path checkpoint =
        Peers.root().resolve("weights-converter/src/test/resources/golden/tiny-bert/torch-zip");
    Path output = folder.resolve("E");
    CliResult raw =
        CliResult.of("encode", "--model", checkpoint, "--corpus", corpus, "--output", output);
    assertEquals(1, raw.exitCode());
    assertEquals(
        "javatron encode: "
            + checkpoint
            + " is not a model directory (it has no javatron.json): make one with javatron convert"
            + " --model "
            + checkpoint
            + " --output M\n",
        raw.err());
    CliResult none =
        CliResult.of("encode", "--model", "nowhere", "--corpus", corpus, "--output", output);
    assertEquals(
        "javatron encode: nowhere is not a folder; expected a model directory\n", none.err());
    assertEquals(false, Files.exists(output));
  }

  @Test
  void aRunThatFailedBeforeItsFirstRowsIsNoObstacle() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.tsv"), "1\tgood\n2\n");
    assertEquals(1, encode("--corpus", broken).exitCode());
    CliResult mended = encode("--corpus", corpus);
    assertEquals(0, mended.exitCode(), mended.err());
  }

  @Test
  void aFileInTheOutputsPlaceIsNamed() throws IOException {
    Files.writeString(folder.resolve("E"), "mine");
    CliResult result = encode("--corpus", corpus);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron encode: " + folder.resolve("E") + " is a file; expected a folder\n",
        result.err());
    assertEquals("mine", Files.readString(folder.resolve("E")));
  }

  private void encodeHalf(Path pair) {
    Path half = pair.resolve("query_model");
    CliResult result =
        CliResult.of(
            "encode", "--model", half, "--queries", corpus, "--output", folder.resolve("E"));
    assertEquals(0, result.exitCode(), result.err());
  }

  private static String modelHash(Path embeddings) throws IOException {
    return new ObjectMapper()
        .readTree(embeddings.resolve("manifest.json").toFile())
        .at("/encoder/model_sha256")
        .asText();
  }
}
