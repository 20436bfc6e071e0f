package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
  @TempDir Path folder;

  @Test
  void showsCommandsRankingsAndScoresWithinEightyColumns() throws IOException {
    Path collection = Files.createDirectory(folder.resolve("c"));
    Files.writeString(
        collection.resolve("corpus.tsv"),
        "1\tTitle\tA passage that is much too long for a line of a terminal, "
            + "so that it must be cut somewhere between two of its many words.\n2\t\tshort\n");
    Files.writeString(collection.resolve("queries.tsv"), "7\twhat is it\n");
    Files.writeString(collection.resolve("qrels.tsv"), "7\t0\t1\t1\n");
    Path model =
        Peers.root().resolve("weights-converter/src/test/resources/golden/tiny-bert/safetensors");
    CliResult result =
        CliResult.of(
            "demo",
            "--model",
            model,
            "--collection",
            collection,
            "--output",
            folder.resolve("o"),
            "--training-steps",
            "0");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(5, result.out().lines().filter(line -> line.startsWith("$ javatron ")).count());
    assertTrue(result.out().contains("\nwhat is it\n  1 "), result.out());
    assertTrue(result.out().contains("mrr@10 "), result.out());
    result
        .out()
        .lines()
        .filter(line -> line.matches(" +\\d .*"))
        .forEach(line -> assertTrue(line.length() <= 80, line));
  }

  @Test
  void withoutItsModelItSaysWhatToDo() {
    CliResult result =
        CliResult.of("demo", "--model", "no/such/model", "--collection", "c", "--output", folder);
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("give one that is on this machine with --model"));
  }
}
