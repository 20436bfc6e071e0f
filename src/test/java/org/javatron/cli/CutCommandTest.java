package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutCommandTest {
  private static final String TRIPLES = "qidpidtriples.train.full.2.tsv";

  @TempDir Path folder;
  private Path from;
  private Path to;

  /** Passages p0 to p9; p7 is judged for the first training query, p8 for the first dev query. */
  @BeforeEach
  void collection() throws IOException {
    from = Files.createDirectory(folder.resolve("from"));
    to = folder.resolve("to");
    StringBuilder passages = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      passages.append("p").append(i).append("\ttext \"").append(i).append("\r\n");
    }
    write("para.txt", passages.toString());
    write("para.title.txt", "p3\tthree\np7\tseven\n");
    write("train.query.txt", "t0\tone\nt1\ttwo\nt2\tthree\n");
    write("dev.query.txt", "d0\tone\nd1\ttwo\n");
    write("qrels.train.tsv", "t0\t0\tp7\t1\nt1\t0\tp6\t1\nt2\t0\tp0\t1\n");
    write("qrels.dev.tsv", "d0\t0\tp8\t1\nd1\t0\tp9\t1\n");
    write(TRIPLES, "t0\tp7\tp4\r\nt0\tp7\tp3\r\nt1\tp6\tp4\r\nt1\tp6\tp5\r\nt2\tp0\tp9\r\n");
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(from.resolve(name), content);
  }

  private String read(String name) throws IOException {
    return Files.readString(to.resolve(name));
  }

  private CliResult cut(int passages, int train, int dev, Object... more) {
    Object[] all = new Object[11 + more.length];
    Object[] first = {
      "cut",
      "--collection",
      from,
      "--output",
      to,
      "--passages",
      passages,
      "--train-queries",
      train,
      "--dev-queries",
      dev
    };
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return CliResult.of(all);
  }

  @Test
  void judgedPassagesComeFirstThenNegativesByRankThenTheRest() throws IOException {
    // Judged: p7, p6, p8; first negatives p4 (of both); second ones p3, p5; then p0.
    String[] kept = {"p678", "p4678", "p34678", "p345678", "p0345678"};
    for (int passages = 3; passages < 8; passages++) {
      CliResult result = cut(passages, 2, 1, "--force");
      assertEquals(0, result.exitCode(), result.err());
      assertEquals(to + ": " + passages + " passages\n", result.out());
      assertEquals(
          kept[passages - 3], "p" + read("para.txt").replaceAll("p(\\d)\ttext \"\\d\n", "$1"));
    }
    assertEquals("t0\tone\nt1\ttwo\n", read("train.query.txt"));
    assertEquals("d0\tone\n", read("dev.query.txt"));
    assertEquals("t0\t0\tp7\t1\nt1\t0\tp6\t1\n", read("qrels.train.tsv"));
    assertEquals("d0\t0\tp8\t1\n", read("qrels.dev.tsv"));
    assertEquals("p3\tthree\np7\tseven\n", read("para.title.txt"));
    assertEquals("t0\tp7\tp4\nt0\tp7\tp3\nt1\tp6\tp4\nt1\tp6\tp5\n", read(TRIPLES));
  }

  @Test
  void noneMeansAll() throws IOException {
    assertEquals(0, cut(0, 0, 0).exitCode());
    assertEquals(10, read("para.txt").lines().count());
    assertEquals(3, read("train.query.txt").lines().count());
    assertEquals(5, read(TRIPLES).lines().count());
  }

  @Test
  void whatCannotBeIsSaid() throws IOException {
    fails(
        cut(2, 2, 1),
        "the kept queries alone have 3 judged passages in " + from + ", more than the 2 to keep");
    assertEquals(0, cut(5, 1, 1).exitCode());
    fails(cut(5, 1, 1), to + " holds a cut already: replace it with --force");
    fails(
        CliResult.of(
            "cut",
            "--collection",
            from,
            "--output",
            from,
            "--passages",
            5,
            "--train-queries",
            1,
            "--dev-queries",
            1,
            "--force"),
        from + " is the collection; expected another folder for its cut");
    write(TRIPLES, "t0\tp7\n");
    fails(
        cut(5, 1, 1, "--force"),
        from.resolve(TRIPLES) + ":1: expected 3 tab-separated columns, found 2");
    Files.delete(from.resolve("para.txt"));
    fails(cut(0, 1, 1, "--force"), from + ": expected para.txt or para.txt.gz, found neither");
    CliResult negative = cut(-1, 1, 1);
    assertEquals(2, negative.exitCode());
    assertTrue(negative.err().contains("--passages must be 0 (all) or more, not -1"));
  }

  private static void fails(CliResult result, String sentence) {
    assertEquals(1, result.exitCode());
    assertEquals("javatron cut: " + sentence, result.err().strip());
  }
}
