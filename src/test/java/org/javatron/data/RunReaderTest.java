package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReaderTest {
  @TempDir Path folder;
  private RunFormat format;

  private List<String> read(String content, RunFormat said, TieRule ties) throws IOException {
    Path path = Files.writeString(folder.resolve("run"), content);
    List<String> queries = new ArrayList<>();
    try (RunReader reader = RunReader.open(path, said, ties)) {
      format = reader.format();
      for (RankedList list = reader.next(); list != null; list = reader.next()) {
        queries.add(list.queryId() + " " + String.join(",", list.passageIds()));
      }
    }
    return queries;
  }

  @Test
  void tevatronIsOrderedByScore() throws IOException {
    assertEquals(
        List.of("q2 a,b,c", "q1 a"),
        read("q2\tb\t1.5\nq2\ta\t2.5\r\nq2\tc\t-3e-2\nq1\ta\t7\n", null, TieRule.FILE));
    assertEquals(RunFormat.TEVATRON, format);
    assertEquals(List.of("q a,b"), read("q\ta\t3\nq\tb\t3\n", null, TieRule.FILE));
    assertEquals(RunFormat.TEVATRON, format);
  }

  @Test
  void ranksThatCountAreMarco() throws IOException {
    assertEquals(
        List.of("q2 b,a", "q1 a"), read("q2\tb\t1\nq2\ta\t2\nq1\ta\t1\n", null, TieRule.FILE));
    assertEquals(RunFormat.MARCO, format);
    assertEquals(List.of("q a,b"), read("q\tb\t9\nq\ta\t3\n", RunFormat.MARCO, TieRule.FILE));
  }

  @Test
  void marcoScoresAreReciprocalRanks() throws IOException {
    Path path = Files.writeString(folder.resolve("r"), "q\tb\t1\nq\ta\t2\n");
    try (RunReader reader = RunReader.open(path, null, TieRule.FILE)) {
      RankedList list = reader.next();
      assertArrayEquals(new double[] {1, 0.5}, list.scores());
      assertArrayEquals(new int[] {1, 2}, list.ranks());
    }
  }

  @Test
  void trecTakesAnyBlanksCommentsAndMoreWords() throws IOException {
    assertEquals(
        List.of("301 a,b"),
        read(
            "# c\n301\tQ0\tb 7   1.5\tSTANDARD more junk\n 301 Q0 a 9 2.5 x \n",
            null,
            TieRule.FILE));
    assertEquals(RunFormat.TREC, format);
  }

  @Test
  void queriesWhoseLinesAreApartComeTogether() throws IOException {
    assertEquals(
        List.of("1 a,b", "2 c"), read("1\tb\t1.5\n2\tc\t1.5\n1\ta\t2.5\n", null, TieRule.FILE));
  }

  @Test
  void tiesFollowTheRule() throws IOException {
    // The second and third are equal as 32-bit floats only.
    String run = "q\ta\t1.0\nq\tb\t1.00000000001\nq\tc\t1.0\nq\td\t-0.0\nq\te\t0.0\n";
    assertEquals(List.of("q b,a,c,d,e"), read(run, null, TieRule.FILE));
    assertEquals(List.of("q c,b,a,e,d"), read(run, null, TieRule.TREC_EVAL));
  }

  @Test
  void idsAreComparedByTheirBytes() throws IOException {
    assertEquals(
        List.of("q \ud83d\ude00,\uffee,\u00e9a,\u00e9,z"),
        read(
            "q\t\u00e9\t0.5\nq\t\uffee\t0.5\nq\tz\t0.5\nq\t\ud83d\ude00\t0.5\nq\t\u00e9a\t0.5\n",
            null,
            TieRule.TREC_EVAL));
  }

  @Test
  void faults() throws IOException {
    fault(
        "",
        null,
        ": expected a run of three columns (query, passage, score or rank) or TREC's six, found no line");
    fault(
        "q\tp\n",
        null,
        ": expected a run of three columns (query, passage, score or rank) or TREC's six, found 2 columns in the first line");
    fault(
        "q Q0 p 1 2 t\n",
        RunFormat.MARCO,
        ": expected a run of three columns (query, passage, score or rank), found 6 columns in the first line");
    fault(
        "q\tp\t1\n",
        RunFormat.TREC,
        ": expected a run of six columns (query, Q0, passage, rank, score, tag), found 3 columns in the first line");
    fault("q\tp\t1.5\nq\tp2\n", null, ":2: expected three columns, found 2");
    fault(
        "q Q0 p 1 2 t\nq Q0 p 1 2\n",
        null,
        ":2: expected six (query, Q0, passage, rank, score, tag) columns, found 5");
    fault("q\tp\tbest\n", null, ":1: expected a number as the score or rank, found \"best\"");
    fault("q Q0 p 1 NaN t\n", null, ":1: expected a finite number as the score, found NaN");
    fault(
        "q\tp\tInfinity\n",
        RunFormat.TEVATRON,
        ":1: expected a finite number as the score, found Infinity");
    fault(
        "q\tp\t1.5\nx\tp\t2\nx\tp\t1.5\n",
        null,
        ":3: expected each passage once for query x, found p again");
    fault(
        "q\tp\t1.5\nx\tp\t2\nq\tp\t1.5\n",
        null,
        ":3: expected each passage once for query q, found p again");
    fault(
        "q\tp\t1\nq\ta\t1\n",
        RunFormat.MARCO,
        ":1: expected each rank once for query q, which starts at this line, found rank 1 twice");
    fault("q\tp\t0\n", RunFormat.MARCO, ":1: expected a rank from 1 up, found 0");
    fault("q\tp\t1.0\n", RunFormat.MARCO, ":1: expected a whole number as the rank, found \"1.0\"");
    fault("q\t\t1.0\n", null, ":1: expected an id in column 2, found none");
    fault(
        "q\ta\t2\nq\tb\t1\nq\tc\t3\n",
        null,
        ": expected scores with the best first or ranks that count from 1, found whole numbers that are neither; say which they are with --run-format");
  }

  private void fault(String content, RunFormat said, String expected) {
    InputException e =
        assertThrows(InputException.class, () -> read(content, said, TieRule.TREC_EVAL));
    assertEquals(folder.resolve("run") + expected, e.getMessage());
    assertTrue(e.getMessage().length() < 400);
  }
}
