package org.javatron.eval;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import it.unimi.dsi.fastutil.objects.Object2IntMap;
import org.javatron.data.RankedList;

/**
 * One query's ranking as the metrics see it: where the passages stand that someone judged relevant.
 * Passages judged 0 or less, and those never judged, only take up places.
 *
 * <p>Equality is that of records: the arrays count by identity.
 *
 * @param ranks the places, from 1 and ascending, of the retrieved passages with a judgement above 0
 * @param grades the judgements of these passages, in the same order
 * @param ideal all judgements above 0 that the query has, the greatest first, retrieved or not
 */
public record JudgedRanking(int[] ranks, int[] grades, int[] ideal) {
  /**
   * Looks up the judgement of each passage in a ranking.
   *
   * @param ranking the passages, best first
   * @param judgements relevance by passage id; what is absent counts 0
   * @return the ranking's relevant places
   */
  public static JudgedRanking of(RankedList ranking, Object2IntMap<String> judgements) {
    IntArrayList ranks = new IntArrayList();
    IntArrayList grades = new IntArrayList();
    for (int i = 0; i < ranking.size(); i++) {
      int grade = judgements.getOrDefault(ranking.passageIds().get(i), 0);
      if (grade > 0) {
        ranks.add(ranking.ranks()[i]);
        grades.add(grade);
      }
    }
    int[] ideal = judgements.values().intStream().filter(grade -> grade > 0).toArray();
    IntArrays.quickSort(ideal, (a, b) -> Integer.compare(b, a));
    return new JudgedRanking(ranks.toIntArray(), grades.toIntArray(), ideal);
  }

  /**
   * How many passages the query has that count as relevant.
   *
   * @param level the smallest judgement that counts, at least 1
   * @return how many judgements reach the level, retrieved or not
   */
  public int relevant(int level) {
    return countFrom(ideal, level);
  }

  /**
   * How many of the first passages count as relevant.
   *
   * @param depth how many places to look at
   * @param level the smallest judgement that counts, at least 1
   * @return how many of them reach the level
   */
  public int relevantRetrieved(int depth, int level) {
    int count = 0;
    for (int i = 0; i < ranks.length && ranks[i] <= depth; i++) {
      count += grades[i] >= level ? 1 : 0;
    }
    return count;
  }

  private static int countFrom(int[] grades, int level) {
    int count = 0;
    for (int grade : grades) {
      count += grade >= level ? 1 : 0;
    }
    return count;
  }
}
