package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.TestEmbeddings;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Tevatron tutorial hands from script to script goes in and comes out unchanged. */
class TutorialFormatsTest {
  private static final Path MODEL = Peers.root().resolve("docs/model");

  @TempDir Path folder;
  private Path corpus;

  @BeforeEach
  void someOfTheCollection() throws IOException {
    List<String> passages =
        Files.readAllLines(Peers.root().resolve("docs/collection/corpus.tsv")).subList(0, 12);
    corpus = Files.write(folder.resolve("corpus.tsv"), passages);
  }

  private static void javatron(Object... arguments) {
    CliResult result = CliResult.of(arguments);
    assertEquals(0, result.exitCode(), result.err());
  }

  private static void assertSameBytes(Path expected, Path found) throws IOException {
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(found));
  }

  @Test
  void tokenisedTexts() throws IOException {
    Path tokens = folder.resolve("split00.json");
    Path again = folder.resolve("again.json");
    javatron("tokenize", "--model", MODEL, "--input", corpus, "--output", tokens);
    javatron("tokenize", "--model", MODEL, "--input", tokens, "--output", again);
    assertSameBytes(tokens, again);
  }

  @Test
  void tokenisedTextsHaveTheVectorsOfTheirTexts() throws IOException {
    Path tokens = folder.resolve("split00.json");
    javatron(
        "tokenize", "--model", MODEL, "--separator", " ", "--input", corpus, "--output", tokens);
    Path ofTexts = folder.resolve("texts");
    Path ofTokens = folder.resolve("tokens");
    javatron("encode", "--model", MODEL, "--corpus", corpus, "--output", ofTexts);
    javatron("encode", "--model", MODEL, "--corpus", tokens, "--output", ofTokens);
    for (String name : List.of("embeddings.npy", "embeddings.ids")) {
      assertSameBytes(ofTexts.resolve(name), ofTokens.resolve(name));
    }
  }

  @Test
  void negatives() throws IOException {
    SmallCollection data = new SmallCollection(folder);
    Path run =
        data.write("run.tsv", "q0\tp3\t9.0\nq0\tp1\t8.0\nq0\tp5\t7.0\nq1\tp4\t2.0\nq2\tp0\t1.0\n");
    Path negatives = folder.resolve("train.negatives.tsv");
    assertEquals(0, data.run("mine", "--run", run, "--negatives-output", negatives).exitCode());
    assertEquals("q0\tp3,p5\nq1\tp4\nq2\tp0\n", Files.readString(negatives));
    assertEquals(0, data.run("build-train", "--negatives-file", negatives).exitCode());
    assertEquals(data.shard("split00.hn.json"), data.shard("split00.json"));
  }

  @Test
  void rankings() throws IOException {
    Path run = folder.resolve("rank.tsv");
    Path embeddings = embeddings();
    javatron(
        "search", "--queries", embeddings, "--passages", embeddings, "--depth", 7, "--output", run);
    Path again = folder.resolve("again.tsv");
    javatron("format", "--input", run, "--output", again, "--to", "tevatron");
    assertSameBytes(run, again);
    assertTrue(Files.readString(run).lines().allMatch(line -> line.split("\t").length == 3));
  }

  @Test
  void embeddingsInAPickle() throws IOException {
    Path pickle = folder.resolve("split00.pkl");
    Path back = folder.resolve("back");
    Path again = folder.resolve("again.pkl");
    Path original = embeddings();
    javatron("embeddings", "--input", original, "--output", pickle, "--to", "tevatron");
    javatron("embeddings", "--input", pickle, "--output", back, "--to", "folder");
    javatron("embeddings", "--input", back, "--output", again, "--to", "tevatron");
    assertSameBytes(pickle, again);
    for (String name : List.of("embeddings.npy", "embeddings.ids")) {
      assertSameBytes(original.resolve(name), back.resolve(name));
    }
  }

  private Path embeddings() throws IOException {
    return TestEmbeddings.write(
        folder.resolve("E"),
        TestEmbeddings.header(9, 5, EmbeddingType.FLOAT32),
        TestEmbeddings.vectors(9, 5, 3),
        9);
  }
}
