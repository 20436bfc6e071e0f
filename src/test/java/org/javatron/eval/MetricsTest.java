package org.javatron.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsTest {
  // Relevant passages at ranks 2 (grade 1), 5 (grade 3) and 11 (grade 2); a fourth (grade 2) is
  // lost.
  private static final JudgedRanking RANKING =
      new JudgedRanking(new int[] {2, 5, 11}, new int[] {1, 3, 2}, new int[] {3, 2, 2, 1});

  private static double score(String metric, int level, JudgedRanking ranking) {
    return MetricNames.parse(metric, level).get(0).of(ranking);
  }

  @ParameterizedTest
  @CsvSource({
    "mrr@10,       1, 0.5",
    "mrr@1,        1, 0",
    "mrr,          2, 0.2",
    "mrr@4,        2, 0",
    "mrr@5,        3, 0.2",
    "recall@10,    1, 0.5",
    "recall,       1, 0.75",
    "recall@10,    2, 0.3333333333333333",
    "precision@10, 1, 0.2",
    "precision@20, 1, 0.15",
    "success@1,    1, 0",
    "success@2,    1, 1",
    "success@4,    2, 0",
    // (1/2 + 2/5 + 3/11) / 4, its cut at 10, and with level 2: (1/5 + 2/11) / 3
    "map,          1, 0.2931818181818182",
    "map@10,       1, 0.225",
    "map,          2, 0.1272727272727273",
  })
  void binaryMetricsByHand(String metric, int level, double expected) {
    assertEquals(expected, score(metric, level, RANKING), 1e-15);
  }

  @Test
  void ndcgByHand() {
    double log3 = Math.log(3) / Math.log(2);
    double log6 = Math.log(6) / Math.log(2);
    double log5 = Math.log(5) / Math.log(2);
    double gained = 1 / log3 + 3 / log6;
    double ideal = 3 + 2 / log3 + 2 / 2.0 + 1 / log5;
    assertEquals(gained / ideal, score("ndcg@10", 1, RANKING), 1e-15);
    assertEquals(gained / ideal, score("ndcg@10", 3, RANKING), 1e-15);
    assertEquals((1 / log3) / (3 + 2 / log3), score("ndcg@2", 1, RANKING), 1e-15);
  }

  @Test
  void aQueryWithoutRelevantPassagesCountsZero() {
    JudgedRanking none = new JudgedRanking(new int[0], new int[0], new int[0]);
    for (Metric metric : MetricNames.parse("mrr,recall,ndcg,map,success@5,precision@5", 1)) {
      assertEquals(0.0, metric.of(none), metric.name());
    }
  }

  @Test
  void namesAndTheirShortForms() {
    assertEquals(
        List.of("mrr@10", "recall@1000", "ndcg", "map", "success@5", "precision@3"),
        MetricNames.parse("RR@10, R@1000,ndcg,AP,hit@5,p@3", 1).stream()
            .map(Metric::name)
            .toList());
    assertEquals(
        MetricNames.DEFAULT,
        String.join(
            ",", MetricNames.parse(MetricNames.DEFAULT, 1).stream().map(Metric::name).toList()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mmr@10      | unknown metric \"mmr@10\"; expected one of mrr, recall, ndcg, map, success, precision",
        "mrr@0       | the metric \"mrr@0\" needs a whole number from 1 up behind @",
        "mrr@ten     | needs a whole number",
        "mrr@        | needs a whole number",
        "success     | the metric success needs a depth, as success@5",
        "mrr@10,rr@10| the metric mrr@10 is asked for twice",
        "mrr@10,     | unknown metric \"\"",
      })
  void wrongNames(String list, String expected) {
    var e = assertThrows(IllegalArgumentException.class, () -> MetricNames.parse(list, 1));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void aLevelBelowOneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> MetricNames.parse("mrr", 0));
  }
}
