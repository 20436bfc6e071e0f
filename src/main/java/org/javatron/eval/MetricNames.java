package org.javatron.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The metrics by the names they are asked for: {@code mrr@10,recall@1000,ndcg@10,map}. */
public final class MetricNames {
  /** What is reported where nothing is asked for. */
  public static final String DEFAULT = "mrr@10,recall@50,recall@1000,ndcg@10,map";

  // Every name that is understood, with the one that is printed.
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    names("mrr", "rr", "recip_rank");
    names("recall", "r");
    names("ndcg");
    names("map", "ap");
    names("success", "s", "hit");
    names("precision", "p");
  }

  private MetricNames() {}

  private static void names(String name, String... others) {
    NAMES.put(name, name);
    for (String other : others) {
      NAMES.put(other, name);
    }
  }

  /**
   * Reads a list of names.
   *
   * @param list names parted by commas: mrr (or rr, recip_rank), recall (r), ndcg, map (ap),
   *     success (s, hit), precision (p); {@code @k} looks at the first k places, and may be left
   *     out but for success and precision
   * @param level the smallest judgement that counts as relevant, at least 1; nDCG does not use it
   * @return the metrics, in the order given
   * @throws IllegalArgumentException if a name is unknown or comes twice, or a depth or the level
   *     is below 1
   */
  public static List<Metric> parse(String list, int level) {
    if (level < 1) {
      throw new IllegalArgumentException("the relevance level must be at least 1, not " + level);
    }
    List<Metric> metrics = new ArrayList<>();
    for (String item : list.split(",", -1)) {
      Metric metric = metric(item.strip(), level);
      if (metrics.contains(metric)) {
        throw new IllegalArgumentException("the metric " + metric.name() + " is asked for twice");
      }
      metrics.add(metric);
    }
    return metrics;
  }

  private static Metric metric(String item, int level) {
    int at = item.indexOf('@');
    String base = at < 0 ? item : item.substring(0, at);
    String name = NAMES.get(base.toLowerCase(Locale.ROOT));
    if (name == null) {
      throw new IllegalArgumentException(
          "unknown metric \"%s\"; expected one of %s, with @k"
              .formatted(item, String.join(", ", NAMES.values().stream().distinct().toList())));
    }
    int depth = at < 0 ? Metric.UNCUT : depth(item, item.substring(at + 1));
    if (depth == Metric.UNCUT && (name.equals("success") || name.equals("precision"))) {
      throw new IllegalArgumentException(
          "the metric " + name + " needs a depth, as " + name + "@5");
    }
    return switch (name) {
      case "mrr" -> new ReciprocalRank(depth, level);
      case "recall" -> new Recall(depth, level);
      case "ndcg" -> new Ndcg(depth);
      case "map" -> new AveragePrecision(depth, level);
      case "success" -> new Success(depth, level);
      case "precision" -> new Precision(depth, level);
      default -> throw new IllegalStateException("no metric is called " + name);
    };
  }

  private static int depth(String item, String digits) {
    if (digits.matches("[1-9][0-9]{0,8}")) {
      return Integer.parseInt(digits);
    }
    throw new IllegalArgumentException(
        "the metric \"%s\" needs a whole number from 1 up behind @".formatted(item));
  }
}
