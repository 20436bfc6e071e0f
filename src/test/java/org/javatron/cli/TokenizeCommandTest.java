package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.javatron.io.TextFiles;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeCommandTest {
  @TempDir Path folder;
  private Path vocab;
  private Path output;

  @BeforeEach
  void files() throws IOException {
    vocab =
        Files.writeString(
            folder.resolve("vocab.txt"),
            "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwhat\nis\nplay\n##ing\nPlay\nhé\n");
    output = folder.resolve("out.jsonl");
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private CliResult tokenize(Path input, Object... more) {
    Object[] words = {"tokenize", "--vocab", vocab, "--input", input, "--output", output};
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CliResult.of(all);
  }

  @Test
  void writesTheLinesOfPythonsJson() throws IOException {
    Path input = write("q.tsv", "1\tWhat is playing\né😀\"\twhat what\n3\t\n");
    CliResult result = tokenize(input, "--max-length", 3);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("", result.out());
    assertEquals(
        "{\"text_id\": \"1\", \"text\": [5, 6, 7]}\n"
            + "{\"text_id\": \"\\u00e9\\ud83d\\ude00\\\"\", \"text\": [5, 5]}\n"
            + "{\"text_id\": \"3\", \"text\": []}\n",
        Files.readString(output));
    assertTrue(
        result.err().startsWith("tokenize: 3 rows, 5 tokens, 1 rows cut to 3 tokens, "),
        result.err());
  }

  @Test
  void titlesStandBeforeTheSeparator() throws IOException {
    Path input = write("c.tsv", "1\twhat\tis\n2\t\tis\n");
    assertEquals(0, tokenize(input).exitCode());
    assertEquals(
        "{\"text_id\": \"1\", \"text\": [5, 3, 6]}\n{\"text_id\": \"2\", \"text\": [3, 6]}\n",
        Files.readString(output));
    assertEquals(0, tokenize(input, "--separator", " ", "--force").exitCode());
    assertTrue(Files.readString(output).startsWith("{\"text_id\": \"1\", \"text\": [5, 6]}\n"));
  }

  @Test
  void severalFilesAreReadAsOneWhateverTheirNames() throws IOException {
    Path first = write("a,b.tsv", "1\twhat\n");
    Path second = write("c.tsv", "2\tis\n");
    CliResult result =
        CliResult.of("tokenize", "--vocab", vocab, "--input", first, second, "--output", output);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "{\"text_id\": \"1\", \"text\": [5]}\n{\"text_id\": \"2\", \"text\": [6]}\n",
        Files.readString(output));
  }

  @Test
  void caseAndAccentsAsAsked() throws IOException {
    Path input = write("q.tsv", "1\tPlay Hé hé\n");
    tokenize(input);
    assertEquals("{\"text_id\": \"1\", \"text\": [7, 1, 1]}\n", Files.readString(output));
    tokenize(input, "--cased", "--force");
    assertEquals("{\"text_id\": \"1\", \"text\": [9, 1, 10]}\n", Files.readString(output));
    tokenize(input, "--strip-accents", "false", "--force");
    assertEquals("{\"text_id\": \"1\", \"text\": [7, 10, 10]}\n", Files.readString(output));
  }

  @Test
  void manyThreadsKeepTheOrderAndGzipIsReadAndWritten() throws IOException {
    Path input = folder.resolve("q.tsv.gz");
    StringBuilder expected = new StringBuilder();
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(input))) {
      for (int i = 0; i < 5_000; i++) {
        out.write((i + "\t" + "is ".repeat(i % 7) + "\n").getBytes(StandardCharsets.UTF_8));
        String ids = String.join(", ", java.util.Collections.nCopies(i % 7, "6"));
        expected.append("{\"text_id\": \"" + i + "\", \"text\": [" + ids + "]}\n");
      }
    }
    output = folder.resolve("out.jsonl.gz");
    assertEquals(0, tokenize(input, "--threads", 3).exitCode());
    try (BufferedReader lines = TextFiles.reader(output)) {
      assertEquals(
          expected.toString(), lines.lines().map(l -> l + "\n").collect(Collectors.joining()));
    }
    assertEquals(0x1f, Files.readAllBytes(output)[0]);
  }

  @Test
  void tokenizedInputIsCutOnly() throws IOException {
    Path input = write("t.jsonl", "{\"text_id\": \"a\", \"text\": [9, 8, 7]}\n");
    CliResult result = tokenize(input, "--max-length", 2, "--json");
    assertEquals("{\"text_id\": \"a\", \"text\": [9, 8]}\n", Files.readString(output));
    JsonNode summary = new ObjectMapper().readTree(result.out());
    assertEquals(1, summary.get("rows").asInt());
    assertEquals(2, summary.get("tokens").asInt());
    assertEquals(1, summary.get("truncated").asInt());
  }

  @Test
  void aBadLineNamesItselfAndLeavesNoOutput() throws IOException {
    Path input = write("q.tsv", "1\twhat\nnothing\n");
    CliResult result = tokenize(input);
    assertEquals(1, result.exitCode());
    assertTrue(result.err().contains("q.tsv:2"), result.err());
    assertFalse(Files.exists(output));
  }

  @Test
  void wrongOptionsAreUsageErrors() throws IOException {
    Path input = write("q.tsv", "1\twhat\n");
    assertEquals(2, tokenize(input, "--max-length", 0).exitCode());
    assertEquals(2, tokenize(input, "--threads", 0).exitCode());
    assertEquals(2, tokenize(input, "--model", folder).exitCode());
    CliResult result =
        CliResult.of(
            "tokenize", "--model", folder, "--cased", "--input", input, "--output", output);
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("go with --vocab"), result.err());
    assertEquals(2, CliResult.of("tokenize", "--input", input, "--output", output).exitCode());
  }

  @Test
  void aVocabularyWithoutSpecialTokensIsRefusedByName() throws IOException {
    vocab = write("words.txt", "what\nis\n");
    CliResult result = tokenize(write("q.tsv", "1\twhat\n"));
    assertEquals(1, result.exitCode());
    assertTrue(
        result.err().contains("words.txt: the vocabulary of 2 tokens has no [UNK]"), result.err());
  }

  @Test
  @Tag("peers")
  @Tag("real-data")
  void realPassagesToTheByteAsTevatronsScriptWritesThem() throws IOException {
    Path corpus = SharedData.path("boolq-marco");
    Path theirs = folder.resolve("theirs.jsonl");
    Path model = Peers.miniLm();
    Peers.run("src/test/python/tevatron_tokenize.py", model, corpus, theirs);
    CliResult result =
        CliResult.of("tokenize", "--model", model, "--input", corpus, "--output", output);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(-1, Files.mismatch(theirs, output));
    assertEquals(50_000, Files.lines(output).count());
  }

  @Test
  void anOutputThatIsThereStaysUnlessForced() throws IOException {
    Path input = write("q.tsv", "1\twhat\n");
    output = input;
    CliResult result = tokenize(input);
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron tokenize: " + input + " exists already: replace it with --force\n", result.err());
    assertEquals("1\twhat\n", Files.readString(input));
    output = folder;
    assertEquals(
        "javatron tokenize: " + folder + " is a folder; expected a file to write\n",
        tokenize(input, "--force").err());
  }

  @Test
  void severalInputsAreReadAsOneWhateverTheirNames() throws IOException {
    Path first = write("a,b.tsv", "1\twhat\n");
    Path second = write("c d.tsv", "2\tis\n");
    CliResult result =
        CliResult.of("tokenize", "--vocab", vocab, "--input", first, second, "--output", output);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(2, Files.readAllLines(output).size());
  }

  @Test
  void aVocabularyThatIsNoneIsNamed() throws IOException {
    Path input = write("q.tsv", "1\twhat\n");
    Files.write(vocab, new byte[] {'a', '\n', (byte) 0xe9, '\n'});
    assertEquals(
        "javatron tokenize: " + vocab + ": expected UTF-8 text, found other bytes\n",
        tokenize(input).err());
    vocab = folder;
    assertEquals(
        "javatron tokenize: " + folder + ": expected a file, found a folder\n",
        tokenize(input).err());
    CliResult nowhere =
        CliResult.of("tokenize", "--model", "nowhere", "--input", input, "--output", output);
    assertEquals(
        "javatron tokenize: nowhere is not a folder; expected a model directory\n", nowhere.err());
  }

  @Test
  void splitsAreContiguousAndOfOneSizeAsTevatrons() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1_250; i++) {
      lines.append(i).append("\twhat\n");
    }
    Path input = write("c.tsv", lines.toString());
    output = folder.resolve("splits");
    CliResult result = tokenize(input, "--splits", 12);
    assertEquals(0, result.exitCode(), result.err());
    // 1250 / 12 is not whole: 105 rows each, and the last files get what is left, here 95.
    for (int i = 0; i < 12; i++) {
      List<String> rows =
          Files.readAllLines(output.resolve(String.format(Locale.ROOT, "split%02d.json", i)));
      assertEquals(i < 11 ? 105 : 95, rows.size());
      assertEquals("{\"text_id\": \"" + 105 * i + "\", \"text\": [5]}", rows.get(0));
    }
    result = tokenize(write("d.tsv", "1\tis\n2\tis\n3\tis\n"), "--splits", 4);
    assertEquals(
        "javatron tokenize: "
            + output.resolve("split00.json")
            + " exists already: replace it with --force\n",
        result.err());
    // Fewer files than before: the older ones go, and files without rows are written as theirs.
    result = tokenize(folder.resolve("d.tsv"), "--splits", 4, "--force");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(0, Files.size(output.resolve("split03.json")));
    assertFalse(Files.exists(output.resolve("split04.json")));
  }

  @Test
  void splitsNeedAFolderAndANumberOfTwoDigits() throws IOException {
    Path input = write("q.tsv", "1\twhat\n");
    assertTrue(
        tokenize(input, "--splits", 101)
            .err()
            .startsWith("javatron tokenize: --splits must be between 1 and 100, not 101\n"));
    assertEquals(2, tokenize(input, "--splits", 0).exitCode());
    output = input;
    assertEquals(
        "javatron tokenize: " + input + " is a file; expected a folder to write to\n",
        tokenize(input, "--splits", 2).err());
  }
}
