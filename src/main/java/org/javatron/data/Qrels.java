package org.javatron.data;

import it.unimi.dsi.fastutil.objects.Object2IntLinkedOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2IntMap;
import it.unimi.dsi.fastutil.objects.Object2IntMaps;
import it.unimi.dsi.fastutil.objects.Object2ObjectLinkedOpenHashMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.javatron.io.InputException;

/**
 * Relevance judgements: for each query, which passages were judged and how relevant they are.
 *
 * <p>A judgement is a whole number, 0 for not relevant and more for more relevant. Passages that
 * nobody judged count as not relevant. Forms, told apart by the first line:
 *
 * <ul>
 *   <li>MS MARCO: {@code qid\t0\tpid\trelevance};
 *   <li>TREC: the same four columns parted by any blanks; lines that start with {@code #} are
 *       comments;
 *   <li>BEIR: {@code query-id\tcorpus-id\tscore}, with that header.
 * </ul>
 *
 * <p>Memory: about 300 bytes a query and 90 a judgement. Unmodifiable, thread-safe.
 */
public final class Qrels {
  private final Map<String, Object2IntMap<String>> judgements;

  private Qrels(Map<String, Object2IntMap<String>> judgements) {
    this.judgements = judgements;
  }

  /**
   * Reads the judgements of a file.
   *
   * @param path the file, gzip-compressed or not
   * @return its judgements, queries in the order of their first line
   * @throws IOException if the file cannot be read, has no judgement, a line is not as it must be,
   *     or two lines judge the same passage differently; the message names file and line
   */
  public static Qrels read(Path path) throws IOException {
    TableShape shape = TableShape.of(path);
    boolean beir = shape.tabColumns() == 3;
    if (!beir && shape.tabColumns() != 4 && shape.blankColumns() != 4) {
      throw new InputException(
          "%s: expected judgements (query, 0, passage, relevance; or BEIR's three columns with a header), found %s"
              .formatted(
                  path,
                  shape.blankColumns() == 0
                      ? "no line"
                      : shape.blankColumns() + " columns in the first line"));
    }
    Map<String, Object2IntMap<String>> judgements = new Object2ObjectLinkedOpenHashMap<>();
    try (Table table = new Table(path, !beir && shape.tabColumns() != 4)) {
      if (beir) {
        skipHeader(table);
      }
      while (table.next()) {
        if (beir || !table.isComment()) {
          add(table, beir, judgements);
        }
      }
    }
    if (judgements.isEmpty()) {
      throw new InputException(path + ": expected judgements, found none");
    }
    judgements.replaceAll((query, passages) -> Object2IntMaps.unmodifiable(passages));
    return new Qrels(Collections.unmodifiableMap(judgements));
  }

  // A run of three columns taken for judgements would give a score out of nothing.
  private static void skipHeader(Table table) throws IOException {
    table.next();
    if (!table.get(0).equals("query-id") || !table.get(1).equals("corpus-id")) {
      throw table.error(
          "expected BEIR's header (query-id, corpus-id, score) before judgements of three columns, found \"%s\", \"%s\", \"%s\""
              .formatted(table.get(0), table.get(1), table.get(2)));
    }
  }

  private static void add(Table table, boolean beir, Map<String, Object2IntMap<String>> judgements)
      throws InputException {
    int columns = beir ? 3 : 4;
    if (table.columns() != columns) {
      throw table.error("expected %d columns, found %d".formatted(columns, table.columns()));
    }
    String query = table.id(0);
    String passage = table.id(columns - 2);
    int relevance = table.integer(columns - 1, "relevance");
    Object2IntMap<String> passages =
        judgements.computeIfAbsent(query, q -> new Object2IntLinkedOpenHashMap<>(2));
    int before = passages.containsKey(passage) ? passages.getInt(passage) : relevance;
    if (before != relevance) {
      throw table.error(
          "expected one judgement of passage %s for query %s, found %d and before it %d"
              .formatted(passage, query, relevance, before));
    }
    passages.put(passage, relevance);
  }

  /**
   * The judged queries.
   *
   * @return their ids, in the order of the file
   */
  public Set<String> queryIds() {
    return judgements.keySet();
  }

  /**
   * The judgements of one query.
   *
   * @param queryId the query
   * @return relevance by passage id in the order of the file, 0 for what is not in it; empty if the
   *     query was not judged
   */
  public Object2IntMap<String> of(String queryId) {
    Object2IntMap<String> passages = judgements.get(queryId);
    return passages == null ? Object2IntMaps.emptyMap() : passages;
  }

  /**
   * The passages that are relevant to a query.
   *
   * @param queryId the query
   * @param level the smallest judgement that counts as relevant, 1 or more
   * @return their ids, in the order of the file; empty if there are none
   */
  public Set<String> relevant(String queryId, int level) {
    Set<String> relevant = new LinkedHashSet<>();
    for (Object2IntMap.Entry<String> judged : of(queryId).object2IntEntrySet()) {
      if (judged.getIntValue() >= level) {
        relevant.add(judged.getKey());
      }
    }
    return relevant;
  }

  /**
   * The most relevant passages that any query has.
   *
   * @param level the smallest judgement that counts as relevant, 1 or more
   * @return their number, 0 if nothing is relevant
   */
  public int mostRelevant(int level) {
    return judgements.keySet().stream().mapToInt(q -> relevant(q, level).size()).max().orElse(0);
  }

  /**
   * How many judgements there are, over all queries.
   *
   * @return the number of (query, passage) pairs
   */
  public long size() {
    return judgements.values().stream().mapToLong(Map::size).sum();
  }
}
