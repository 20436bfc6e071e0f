package org.javatron.data;

import it.unimi.dsi.fastutil.doubles.DoubleArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import it.unimi.dsi.fastutil.ints.IntComparator;
import it.unimi.dsi.fastutil.objects.ObjectOpenHashSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.javatron.io.InputException;

/** Collects the lines of one query in a run and puts them in order. */
final class RankedListBuilder {
  private final String queryId;
  private final List<String> passageIds = new ArrayList<>();
  private final ObjectOpenHashSet<String> seen = new ObjectOpenHashSet<>();
  private final DoubleArrayList values = new DoubleArrayList();
  private String firstLine;

  RankedListBuilder(String queryId) {
    this.queryId = queryId;
  }

  String queryId() {
    return queryId;
  }

  /** Adds a line; value is its score, or its rank in a MARCO run. */
  void add(String passageId, double value, Table line) throws InputException {
    if (!seen.add(passageId)) {
      throw line.error(
          "expected each passage once for query %s, found %s again".formatted(queryId, passageId));
    }
    if (firstLine == null) {
      firstLine = line.position();
    }
    passageIds.add(passageId);
    values.add(value);
  }

  RankedList byRank() throws InputException {
    int[] order = sorted((i, j) -> Double.compare(values.getDouble(i), values.getDouble(j)));
    int[] ranks = new int[order.length];
    double[] scores = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      ranks[i] = (int) values.getDouble(order[i]);
      scores[i] = 1.0 / ranks[i];
      if (i > 0 && ranks[i] == ranks[i - 1]) {
        throw new InputException(
            "%s: expected each rank once for query %s, which starts at this line, found rank %d twice"
                .formatted(firstLine, queryId, ranks[i]));
      }
    }
    return new RankedList(queryId, inOrder(order), scores, ranks);
  }

  RankedList byScore(TieRule ties) {
    IntComparator best = ties == TieRule.TREC_EVAL ? this::asTrecEval : this::asInTheFile;
    int[] order = sorted(best);
    int[] ranks = new int[order.length];
    Arrays.setAll(ranks, i -> i + 1);
    double[] scores = new double[order.length];
    Arrays.setAll(scores, i -> values.getDouble(order[i]));
    return new RankedList(queryId, inOrder(order), scores, ranks);
  }

  // Primitive comparisons throughout: they hold -0 and 0 for equal.
  private int asInTheFile(int i, int j) {
    double a = values.getDouble(i);
    double b = values.getDouble(j);
    return a > b ? -1 : a < b ? 1 : 0;
  }

  private int asTrecEval(int i, int j) {
    float a = (float) values.getDouble(i);
    float b = (float) values.getDouble(j);
    return a > b
        ? -1
        : a < b ? 1 : TieRule.BYTE_ORDER.compare(passageIds.get(j), passageIds.get(i));
  }

  private int[] sorted(IntComparator order) {
    int[] lines = new int[passageIds.size()];
    Arrays.setAll(lines, i -> i);
    IntArrays.mergeSort(lines, order); // stable
    return lines;
  }

  private List<String> inOrder(int[] order) {
    return Arrays.stream(order).mapToObj(passageIds::get).toList();
  }
}
