package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.Sha256;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bundled collection's rows and tokens are to the byte those of Tevatron's own scripts,
 * recorded in golden/training-rows. Fewer candidates than the 30 negatives leave nothing to draw.
 */
class TevatronRowsTest {
  private static final Path GOLDEN = Peers.root().resolve("src/test/resources/golden");
  private static final Path ROWS = GOLDEN.resolve("training-rows");
  private static final Path COLLECTION = Peers.root().resolve("docs/collection");

  @TempDir Path folder;
  private Path output;

  @BeforeEach
  void output() {
    output = folder.resolve("out");
  }

  private void javatron(String command, Object... more) {
    List<Object> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("--vocab", GOLDEN.resolve("tokenizer/vocab.txt"), "--output", output));
    words.addAll(List.of(more));
    CliResult result = CliResult.of(words.toArray());
    assertEquals(0, result.exitCode(), result.err());
  }

  private void rows(String command, Object... more) {
    List<Object> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("--queries", COLLECTION.resolve("queries.tsv")));
    words.addAll(List.of("--qrels", COLLECTION.resolve("qrels.tsv")));
    words.addAll(List.of("--corpus", COLLECTION.resolve("corpus.tsv")));
    words.addAll(List.of("--passage-max-length", 24, "--query-max-length", 24, "--force"));
    javatron(command, words.toArray());
  }

  private void assertSame(String... names) throws IOException {
    for (String name : names) {
      assertEquals(Files.readString(ROWS.resolve(name)), Files.readString(output.resolve(name)));
    }
  }

  @Test
  void buildTrain() throws IOException {
    for (String negatives : List.of("negatives.tsv", "triples.tsv")) {
      rows("build-train", "--negatives-file", ROWS.resolve(negatives), "--shard-size", 5);
      assertSame("split00.json", "split01.json", "split02.json");
    }
  }

  @Test
  void buildTrainHn() throws IOException {
    rows("mine", "--run", ROWS.resolve("run.tsv"), "--depth", 4);
    assertSame("split00.hn.json");
  }

  @Test
  void tokenizeQueriesAndPassages() throws IOException {
    List<String> hashes = new ArrayList<>();
    output = folder.resolve("queries.json");
    javatron("tokenize", "--input", COLLECTION.resolve("queries.tsv"), "--max-length", 32);
    hashes.add(Sha256.of(output) + "  queries.json");
    output = folder.resolve("corpus");
    javatron("tokenize", "--input", COLLECTION.resolve("corpus.tsv"), "--splits", 9);
    for (int i = 0; i < 9; i++) {
      String name = "split0" + i + ".json";
      hashes.add(Sha256.of(output.resolve(name)) + "  " + name);
    }
    assertEquals(Files.readAllLines(ROWS.resolve("tokenized.sha256")), hashes);
  }
}
