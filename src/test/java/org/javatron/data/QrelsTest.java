package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QrelsTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("qrels"), content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "q2\t0\tp1\t1\r\nq2\t0\tp2\t0\r\nq1\t0\tp1\t3\r\n",
        "# made by hand\nq2 0  p1\t1\nq2 Q0 p2 0\n\n# more\n  q1 0 p1 3",
        "query-id\tcorpus-id\tscore\nq2\tp1\t1\nq2\tp2\t0\nq1\tp1\t3\n",
        "q2\t0\tp1\t1\nq2\t0\tp2\t0\nq1\t0\tp1\t3\nq2\t0\tp1\t1\n",
      })
  void everyForm(String content) throws IOException {
    Qrels qrels = Qrels.read(file(content));
    assertEquals(List.of("q2", "q1"), List.copyOf(qrels.queryIds()));
    assertEquals(1, qrels.of("q2").getInt("p1"));
    assertEquals(0, qrels.of("q2").getInt("p2"));
    assertEquals(3, qrels.of("q1").getInt("p1"));
    assertEquals(0, qrels.of("q1").getInt("p2"));
    assertTrue(qrels.of("q3").isEmpty());
    assertEquals(3, qrels.size());
  }

  @Test
  void idsMayHoldBlanksBetweenTabs() throws IOException {
    Qrels qrels = Qrels.read(file("q 1\t0\tAndy Roddick\t1\n"));
    assertEquals(1, qrels.of("q 1").getInt("Andy Roddick"));
  }

  @Test
  void faults() throws IOException {
    fault(
        "",
        ": expected judgements (query, 0, passage, relevance; or BEIR's three columns with a header), found no line");
    fault("query-id\tcorpus-id\tscore\n", ": expected judgements, found none");
    fault(
        "q\tp\n",
        ": expected judgements (query, 0, passage, relevance; or BEIR's three columns with a header), found 2 columns in the first line");
    fault(
        "q\tp\t1\n",
        ":1: expected BEIR's header (query-id, corpus-id, score) before judgements of three columns, found \"q\", \"p\", \"1\"");
    fault("q\t0\tp\t1\nq\t0\tp2\n", ":2: expected 4 columns, found 3");
    fault("q\t0\tp\t0.5\n", ":1: expected a whole number as the relevance, found \"0.5\"");
    fault(
        "q\t0\tp\t1\nq\t0\tp\t2\n",
        ":2: expected one judgement of passage p for query q, found 2 and before it 1");
    fault("\t0\tp\t1\n", ":1: expected an id in column 1, found none");
    fault("q\t0\t\t1\n", ":1: expected an id in column 3, found none");
  }

  private void fault(String content, String expected) throws IOException {
    Path path = file(content);
    InputException e = assertThrows(InputException.class, () -> Qrels.read(path));
    assertEquals(path + expected, e.getMessage());
  }
}
