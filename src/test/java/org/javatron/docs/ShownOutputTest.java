package org.javatron.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule by which pages are compared finds what is wrong and nothing else. */
class ShownOutputTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mrr@10   0.2950 | mrr@10 0.3149 | true",
        "mrr@10   0.2950 | mrr@10 0.3151 | false",
        "mrr@10   0.2950 | mrr@100 0.2950 | false",
        "loss     0.2950 | loss 0.3149 | false",
        "x        0.0003 | x 0.0004 | true",
        "x        0.0003 | x 0.0005 | false",
        "410 rows        | 409 rows | false",
        "410 rows in 0.4 s, 9 rows/s | 410 rows in 12.9 s, 3141 rows/s | true",
        "410 rows in 0.4 s | 410 lines in 0.4 s | false",
        "+0.0102 planet 5427 | -0.0102 planet 5427 | false",
        "learning rate 5.56e-06, | learning rate 5.57e-06, | true",
        "javatron 0.1.0 | javatron 0.1.1 | false",
        "8,000 tokens | 8,001 tokens | false",
      })
  void numbersAreComparedByWhatTheyAre(String page, String output, boolean alike) {
    assertEquals(alike, ShownOutput.alike(page.strip(), output.strip()));
  }

  @Test
  void threePointsStandForAnyLines() {
    List<String> output = List.of("a", "b", "c", "d");
    assertEquals(true, ShownOutput.difference(List.of("a", "...", "d"), output).isEmpty());
    assertEquals(true, ShownOutput.difference(List.of("...", "c", "..."), output).isEmpty());
    assertEquals(false, ShownOutput.difference(List.of("a", "d"), output).isEmpty());
    assertEquals(false, ShownOutput.difference(List.of("a", "...", "c"), output).isEmpty());
    assertEquals(false, ShownOutput.difference(List.of("...", "x"), output).isEmpty());
    assertEquals(false, ShownOutput.difference(List.of("a", "b", "c", "d", "e"), output).isEmpty());
  }

  @Test
  void progressAndMemoryAreNotShown() {
    String output =
        "search needs 3.6 MB: 289 queries over 410 passages\n"
            + "encoding: 289 of 289 queries (100%), 140.3/s, 0:00:02\nrest\n";
    assertEquals(List.of("rest"), ShownOutput.shown(output));
  }
}
