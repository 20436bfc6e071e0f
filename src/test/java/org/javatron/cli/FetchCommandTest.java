package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.javatron.fetch.SmallMarco;
import org.javatron.fetch.Sources;
import org.javatron.testing.FileServer;
import org.javatron.testing.LocalHub;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchCommandTest {
  @TempDir Path folder;

  @Test
  void marcoFromAMirrorAndThenNothingMoreToDo() throws IOException {
    try (FileServer server = new FileServer();
        FileServer empty = new FileServer()) {
      SmallMarco.serve(server);
      Object[] words = {
        "fetch", "marco", "--output", folder, "--from", empty.folder(), "--from", server.folder()
      };
      CliResult first = CliResult.of(words);
      assertEquals(0, first.exitCode(), first.err());
      assertTrue(first.out().contains(folder.resolve("corpus.tsv") + ": 3 passages\n"));
      assertTrue(
          first
              .out()
              .endsWith(folder.resolve("train.negatives.tsv") + ": 3 negatives of 2 queries\n"));
      assertTrue(first.err().contains("The next address is tried."), first.err());
      assertEquals(SmallMarco.CORPUS, Files.readString(folder.resolve("corpus.tsv")));
      int gets = server.gets().size();
      CliResult second = CliResult.of(words);
      assertEquals(0, second.exitCode(), second.err());
      assertTrue(second.err().contains("train.negatives.tsv is there already."), second.err());
      assertEquals(gets, server.gets().size());
    }
  }

  @Test
  void theNegativesAreWhatBuildTrainReads() throws IOException {
    try (FileServer server = new FileServer()) {
      SmallMarco.serve(server);
      CliResult.of("fetch", "marco", "--output", folder, "--from", server.folder());
    }
    CliResult result =
        CliResult.of(
            "build-train",
            "--queries",
            folder.resolve("train.query.txt"),
            "--qrels",
            folder.resolve("qrels.train.tsv"),
            "--corpus",
            folder.resolve("corpus.tsv"),
            "--negatives-file",
            folder.resolve("train.negatives.tsv"),
            "--raw",
            "--output",
            folder.resolve("rows"));
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "{\"query_id\": \"11\", \"query\": \"rust\", \"positives\": [\"[SEP]Rust is iron.\"],"
            + " \"negatives\": [\"Caper[SEP]Capers grow.\"]}",
        Files.readAllLines(folder.resolve("rows/split00.json")).get(1));
  }

  @Test
  void whatCannotBeHadIsSaidInASentence() throws IOException {
    try (FileServer empty = new FileServer()) {
      CliResult result =
          CliResult.of("fetch", "marco", "--output", folder, "--from", empty.folder());
      assertEquals(1, result.exitCode());
      assertEquals("javatron fetch marco: 127.0.0.1 has no /data/qrels.train.tsv.\n", result.err());
      result = CliResult.of("fetch", "beir", "wikipedia", "--output", folder);
      assertEquals(1, result.exitCode());
      assertTrue(
          result
              .err()
              .startsWith(
                  "javatron fetch beir: BEIR publishes no archive 'wikipedia'; it has arguana, "),
          result.err());
    }
  }

  @Test
  void wrongUsageIsSaid() {
    requireUsage("missing NAME", "fetch", "beir", "--output", folder);
    requireUsage("missing ID", "fetch", "model", "--output", folder);
    requireUsage("missing --output DIR", "fetch", "marco");
    requireUsage(
        "--from must be an http or https address, not 'ftp://host/x'",
        "fetch",
        "marco",
        "--output",
        folder,
        "--from",
        "ftp://host/x");
  }

  private static void requireUsage(String sentence, Object... words) {
    CliResult result = CliResult.of(words);
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(sentence + "\n"), result.err());
  }

  @Test
  void theHelpNamesEveryCollectionOfBeir() {
    String help = CliResult.of("fetch", "beir", "--help").out();
    for (String name : Sources.of(List.of()).beirNames()) {
      assertTrue(help.contains(name), name);
    }
    assertTrue(CliResult.of("fetch").out().contains("fetch marco --output marco"));
  }

  @Test
  void aModelsFilesAreCopiedOutOfTheCache() throws IOException {
    try (LocalHub hub = new LocalHub()) {
      hub.add(
          "Luyu/tiny",
          "main",
          Map.of(
              "config.json", bytes("{\"model_type\": \"bert\"}"),
              "vocab.txt", bytes("[PAD]\n"),
              "README.md", bytes("not wanted"),
              "pytorch_model.bin", bytes("weights")));
      Path output = folder.resolve("M");
      Object[] words = {
        "fetch",
        "model",
        "Luyu/tiny",
        "--output",
        output,
        "--endpoint",
        hub.endpoint(),
        "--cache",
        folder.resolve("cache")
      };
      CliResult result = CliResult.of(words);
      assertEquals(0, result.exitCode(), result.err());
      assertEquals(output + ": 3 files of Luyu/tiny\n", result.out());
      assertEquals("weights", Files.readString(output.resolve("pytorch_model.bin")));
      assertTrue(Files.isRegularFile(output.resolve("vocab.txt")));
      assertTrue(!Files.isSymbolicLink(output.resolve("vocab.txt")));
      Files.delete(output.resolve("config.json")); // as if killed before
      assertEquals(0, CliResult.of(words).exitCode());
      assertTrue(Files.exists(output.resolve("config.json")));
      Files.writeString(output.resolve("vocab.txt"), "mine");
      result = CliResult.of(words);
      assertEquals(1, result.exitCode());
      assertTrue(
          result
              .err()
              .endsWith(
                  output.resolve("vocab.txt")
                      + " exists already and is another file: replace it with --force\n"),
          result.err());
      assertEquals("mine", Files.readString(output.resolve("vocab.txt")));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
