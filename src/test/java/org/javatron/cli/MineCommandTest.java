package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TestEmbeddings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

class MineCommandTest {
  private static final String RUN =
      """
      q0	p4	9.5
      q0	p1	9
      q0	p5	8
      q0	p3	7
      q9	p1	3
      q2	p3	2
      q2	p0	1
      """;

  /** Of that run at depth 2: q0's p1 is relevant and does not count, p3 is the third. */
  private static final String ROWS =
      "{\"query\": [20], \"positives\": [[11], [10]], \"negatives\": [[14], [15]]}\n"
          + "{\"query\": [22], \"positives\": [[13]], \"negatives\": [[10]]}\n";

  @TempDir Path folder;
  private SmallCollection data;
  private Path run;

  @BeforeEach
  void collection() throws IOException {
    data = new SmallCollection(folder);
    run = data.write("run.tsv", RUN);
  }

  @Test
  void positivesAreDroppedAndTheFirstOfTheOthersKept() throws IOException {
    Path negatives = folder.resolve("negatives/hn.tsv");
    CliResult result = mine("--run", run, "--depth", 2, "--negatives-output", negatives);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(ROWS, data.shard("split00.hn.json"));
    assertEquals("q0\tp4,p5\nq2\tp0\n", Files.readString(negatives));
    assertTrue(
        result
            .err()
            .contains(
                "skipped: 1 queries without a relevant passage in the qrels, such as q9\n"
                    + "left out: 2 candidates that are relevant to their query, such as p1\n"),
        result.err());
    // The file is a source like BM25's.
    Path again = folder.resolve("again");
    result = data.run("build-train", "--negatives-file", negatives, "--output", again);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(ROWS, Files.readString(again.resolve("split00.json")));
  }

  @Test
  void bothKindsOfRowsStandInOneFolder() throws IOException {
    Path rows = folder.resolve("bm25");
    assertEquals(0, data.run("build-train", "--output", rows, "--shard-size", 2).exitCode());
    CliResult result = mine("--run", run, "--merge", rows);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.err().endsWith("merge: 2 files of " + rows + " hard-linked\n"), result.err());
    try (Stream<Path> files = Files.list(data.output)) {
      assertEquals(
          List.of("split00.hn.json", "split00.json", "split01.json"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertTrue(Files.isSameFile(rows.resolve("split01.json"), data.output.resolve("split01.json")));
    assertEquals(0, mine("--run", run, "--merge", rows, "--force").exitCode());
    // Rows made anew are new files: the links keep what was mined with.
    String before = data.shard("split01.json");
    assertEquals(0, data.run("build-train", "--output", rows, "--force").exitCode());
    assertEquals(before, data.shard("split01.json"));
  }

  @Test
  void betweenDisksRowsAreCopied(@TempDir(factory = MemoryDisk.class) Path disk)
      throws IOException {
    Path rows = folder.resolve("bm25");
    assertEquals(0, data.run("build-train", "--output", rows).exitCode());
    boolean linkable = Files.getFileStore(disk).equals(Files.getFileStore(rows));
    CliResult result = mine("--run", run, "--merge", rows, "--output", disk.resolve("rows"));
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(
        result
            .err()
            .endsWith(
                linkable
                    ? " hard-linked\n"
                    : " copied, since the disk refuses links between the two folders\n"),
        result.err());
    assertEquals(
        -1,
        Files.mismatch(rows.resolve("split00.json"), disk.resolve("rows").resolve("split00.json")));
  }

  /** Another disk than the usual one for temporary files, where the system has one. */
  static final class MemoryDisk implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      Path disk = Path.of("/dev/shm");
      return Files.isWritable(disk)
          ? Files.createTempDirectory(disk, "javatron")
          : Files.createTempDirectory("javatron");
    }
  }

  @Test
  void embeddingsAreSearchedAtTheDepthThatIsLeftOver() throws IOException {
    Path queries = write("Q", List.of("q0", "q2", "q9"), TestEmbeddings.settings(), 1, 2, 3);
    Path passages =
        write(
            "P",
            List.of("p0", "p1", "p2", "p3", "p4", "p5"),
            TestEmbeddings.settings(),
            5,
            4,
            1,
            3,
            2,
            0);
    CliResult result =
        mine("--queries-embeddings", queries, "--passage-embeddings", passages, "--depth", 2);
    assertEquals(0, result.exitCode(), result.err());
    // q0's ranking begins with its two positives p0 and p1, q2's has its p3 in the third place.
    assertEquals(
        "{\"query\": [20], \"positives\": [[11], [10]], \"negatives\": [[13], [14]]}\n"
            + "{\"query\": [22], \"positives\": [[13]], \"negatives\": [[10], [11]]}\n",
        data.shard("split00.hn.json"));
    assertTrue(result.err().contains("searching: 6 of 6 passages"), result.err());
    assertTrue(
        result.err().contains(": 3 queries over 6 passages at depth 4 in 1 pass\n"), result.err());
    assertTrue(result.err().contains("in the qrels, such as q9\n"), result.err());
  }

  @Test
  void embeddingsOfDifferentMakingAreRefused() throws IOException {
    Path queries = write("Q", List.of("q0"), TestEmbeddings.settings().put("pooling", "x"), 1);
    Path passages = write("P", List.of("p0"), TestEmbeddings.settings(), 1);
    CliResult result = mine("--queries-embeddings", queries, "--passage-embeddings", passages);
    requireFails(1, "pooling is \"", result);
    assertFalse(result.err().contains("--allow-mismatch"), "this command has none");
    Path space = write("S", List.of("p1"), TestEmbeddings.settings().put("separator", " "), 1);
    requireFails(
        1,
        "separator is \"",
        mine("--queries-embeddings", passages, "--passage-embeddings", passages, space));
  }

  private Path write(String name, List<String> ids, ObjectNode settings, float... values)
      throws IOException {
    Path output = folder.resolve(name);
    EmbeddingsHeader header =
        new EmbeddingsHeader(Shard.whole(ids.size()), 1, EmbeddingType.FLOAT32, settings);
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(output, header)) {
      writer.append(values, ids);
      writer.finish();
    }
    return output;
  }

  @Test
  void whatIsThereStaysUnlessForced() throws IOException {
    assertEquals(0, mine("--run", run).exitCode());
    requireFails(
        1,
        data.output.resolve("split00.hn.json") + " exists already: replace it with --force\n",
        mine("--run", run));
    Path rows = folder.resolve("bm25");
    assertEquals(0, data.run("build-train", "--output", rows).exitCode());
    Path other = folder.resolve("other");
    assertEquals(0, data.run("build-train", "--output", other).exitCode());
    requireFails(
        1,
        other.resolve("split00.json") + " exists already: replace it with --force\n",
        mine("--run", run, "--output", other, "--merge", rows));
    requireFails(
        1,
        run + " exists already: replace it with --force\n",
        mine("--run", run, "--output", folder.resolve("new"), "--negatives-output", run));
  }

  @Test
  void aMergeNeedsRowsInAnotherFolder() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    requireFails(
        1,
        empty + ": expected training rows (splitNN.json) in this folder, found none\n",
        mine("--run", run, "--merge", empty));
    Files.createDirectories(data.output);
    requireFails(
        2, "--merge and --output name the same folder", mine("--run", run, "--merge", data.output));
    assertFalse(Files.exists(data.output.resolve("split00.hn.json")));
  }

  @Test
  void whatGivesNoRowAtAllIsAFailure() throws IOException {
    assertEquals(0, mine("--run", run).exitCode());
    String before = data.shard("split00.hn.json");
    Path other = data.write("other.tsv", "q9\tp4\t9.5\n");
    CliResult result = mine("--run", other, "--force");
    requireFails(
        1,
        "javatron mine: no training row could be made of these files: each query was skipped for a"
            + " reason named above\n",
        result);
    assertTrue(result.err().contains("skipped: 1 queries without a relevant passage"));
    assertEquals(before, data.shard("split00.hn.json"));
  }

  @Test
  void idsWithCommasHaveNoNegativesFile() throws IOException {
    data.write("c.tsv", "p0\tw0\np1\tw1\np4,b\tw4\n");
    Path commas = data.write("commas.tsv", "q0\tp4,b\t9.5\n");
    Path negatives = folder.resolve("hn.tsv");
    requireFails(
        1,
        "the passage id \"p4,b\" cannot be written in a negatives file, where a comma ends an id\n",
        mine("--run", commas, "--negatives-output", negatives));
    assertFalse(Files.exists(negatives));
    assertFalse(Files.exists(data.output.resolve("split00.hn.json")));
  }

  @Test
  void wrongUsageIsSaid() throws IOException {
    requireFails(2, "--depth must be 1 or more, not 0", mine("--run", run, "--depth", 0));
    requireFails(
        2,
        "--queries-embeddings and --passage-embeddings go together",
        mine("--run", run, "--passage-embeddings", folder));
    requireFails(
        2,
        "--queries-embeddings and --passage-embeddings go together",
        mine("--queries-embeddings", folder));
    requireFails(2, "missing one of (--run FILE | --queries-embeddings DIR...)", mine());
  }

  private CliResult mine(Object... more) {
    return data.run("mine", more);
  }

  private static void requireFails(int exitCode, String sentence, CliResult result) {
    assertEquals(exitCode, result.exitCode(), result.err());
    assertTrue(result.err().contains(sentence), result.err());
    assertEquals("", result.out());
  }
}
