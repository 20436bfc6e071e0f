package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatCommandTest {
  private static final String TEVATRON = "q\tb\t0.1\nq\ta\t12.5\nq\tc\t0.1\nr\ta\t3.25\n";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tevatron | q,a,12.5;q,b,0.1;q,c,0.1;r,a,3.25",
        "marco    | q,a,1;q,b,2;q,c,3;r,a,1",
        "trec     | q Q0 a 1 12.5 javatron;q Q0 b 2 0.1 javatron;q Q0 c 3 0.1 javatron;r Q0 a 1 3.25 javatron"
      })
  void sortsByScoreAndKeepsTheOrderOfEqualOnes(String to, String expected) throws IOException {
    Path input = Files.writeString(folder.resolve("in"), TEVATRON);
    Path output = folder.resolve("out");
    CliResult result = CliResult.of("format", "--input", input, "--output", output, "--to", to);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("", result.out());
    assertEquals("format: 2 queries, 4 passages, tevatron to " + to + "\n", result.err());
    assertEquals(expected.replace(',', '\t').replace(';', '\n') + "\n", Files.readString(output));
  }

  @Test
  void thereAndBackAgain() throws IOException {
    Path input = Files.writeString(folder.resolve("in"), TEVATRON);
    Path sorted = folder.resolve("sorted.gz");
    Path trec = folder.resolve("trec.gz");
    Path back = folder.resolve("back");
    CliResult.of("format", "--input", input, "--output", sorted, "--to", "tevatron");
    CliResult.of("format", "--input", sorted, "--output", trec, "--to", "trec", "--tag", "t");
    CliResult.of("format", "--input", trec, "--output", back, "--to", "tevatron");
    assertEquals("q\ta\t12.5\nq\tb\t0.1\nq\tc\t0.1\nr\ta\t3.25\n", Files.readString(back));
  }

  @Test
  void ranksBecomeTheirReciprocals() throws IOException {
    Path input = Files.writeString(folder.resolve("in"), "q\ta\t1\nq\tb\t2\n");
    Path output = folder.resolve("out");
    CliResult result =
        CliResult.of("format", "--input", input, "--output", output, "--to", "tevatron");
    assertEquals("q\ta\t1.0\nq\tb\t0.5\n", Files.readString(output));
    assertTrue(result.err().contains("1/rank stands for the score"), result.err());
  }

  @Test
  void aFaultLeavesNoOutput() throws IOException {
    Path input = Files.writeString(folder.resolve("in"), "q\ta\t1.5\nq\ta\t0.5\n");
    Path output = folder.resolve("out");
    CliResult result = CliResult.of("format", "--input", input, "--output", output, "--to", "trec");
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron format: " + input + ":2: expected each passage once for query q, found a again\n",
        result.err());
    assertFalse(Files.exists(output));
  }

  @Test
  void wrongOptionsAreUsageErrors() throws IOException {
    Path input = Files.writeString(folder.resolve("in"), TEVATRON);
    CliResult result =
        CliResult.of("format", "--input", input, "--output", "o", "--to", "trec", "--tag", "a b");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().contains("must be a word without white space"), result.err());
    assertEquals(
        2, CliResult.of("format", "--input", input, "--output", "o", "--to", "x").exitCode());
  }
}
