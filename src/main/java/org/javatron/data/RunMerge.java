package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.javatron.io.InputException;

/**
 * The run of a whole collection out of the runs of its shards, each the answer to the same queries
 * in the same order.
 *
 * <p>A passage that is among the best n of all is among the best n of its shard, so if every run
 * has n passages for each query, or all that its shard has, merging gives what a search over the
 * whole gives. Order: score descending; of equal scores, the run that was given first and then the
 * order in the run, which is that of the ordinals if the runs are given in the order of the shards.
 *
 * <p>Memory: one query of each run. Not thread-safe.
 */
public final class RunMerge implements Closeable {
  private final List<Path> files = new ArrayList<>();
  private final List<RunReader> readers = new ArrayList<>();

  /** One query's merged passages. */
  private record Line(String passageId, double score) {}

  private RunMerge() {}

  /**
   * Opens the runs.
   *
   * @param files one or more, in the order of the shards
   * @return the merge, to be closed by the caller
   * @throws IOException if a file is no run, or has ranks in the place of scores
   */
  public static RunMerge open(List<Path> files) throws IOException {
    RunMerge merge = new RunMerge();
    try {
      for (Path file : files) {
        RunReader reader = RunReader.open(file, null, TieRule.FILE);
        merge.files.add(file);
        merge.readers.add(reader);
        if (reader.format() == RunFormat.MARCO) {
          throw new InputException(
              file + " has ranks and no scores, expected a run of Tevatron's or TREC's form");
        }
      }
      return merge;
    } catch (IOException | RuntimeException e) {
      merge.close();
      throw e;
    }
  }

  /**
   * Merges the next query.
   *
   * @param depth passages kept, 1 or more
   * @param run gets them; scores that float32 holds are written as such
   * @return how many were written, or -1 at the end
   * @throws IOException if a run cannot be read or its queries are not those of the first run; a
   *     passage comes twice; or the run cannot be written
   */
  public int next(int depth, RunWriter run) throws IOException {
    List<RankedList> lists = new ArrayList<>();
    for (RunReader reader : readers) {
      lists.add(reader.next());
    }
    String query = lists.get(0) == null ? null : lists.get(0).queryId();
    List<Line> lines = new ArrayList<>();
    Map<String, Path> origin = new HashMap<>();
    for (int i = 0; i < lists.size(); i++) {
      RankedList list = lists.get(i);
      requireSameQuery(query, list, i);
      for (int j = 0; list != null && j < list.size(); j++) {
        String passage = list.passageIds().get(j);
        Path other = origin.put(passage, files.get(i));
        if (other != null) {
          throw new InputException(
              String.format(
                  "%s has passage %s for query %s, which %s has too: expected shards without"
                      + " common passages",
                  files.get(i), passage, query, other));
        }
        lines.add(new Line(passage, list.scores()[j]));
      }
    }
    if (query == null) {
      return -1;
    }
    lines.sort(Comparator.comparingDouble((Line line) -> -(line.score() + 0.0))); // stable
    List<Line> best = lines.subList(0, Math.min(depth, lines.size()));
    write(query, best, run);
    return best.size();
  }

  private void requireSameQuery(String query, RankedList list, int run) throws InputException {
    String found = list == null ? null : list.queryId();
    if (query == null ? found != null : !query.equals(found)) {
      throw new InputException(
          String.format(
              "%s has %s where %s has %s: expected the same queries in the same order",
              files.get(run), named(found), files.get(0), named(query)));
    }
  }

  private static String named(String query) {
    return query == null ? "no query more" : "query " + query;
  }

  private static void write(String query, List<Line> best, RunWriter run) throws IOException {
    List<String> ids = best.stream().map(Line::passageId).toList();
    double[] scores = best.stream().mapToDouble(Line::score).toArray();
    if (Arrays.stream(scores).allMatch(RunMerge::isFloat)) {
      float[] narrow = new float[scores.length];
      for (int i = 0; i < narrow.length; i++) {
        narrow[i] = (float) scores[i];
      }
      run.write(query, ids, narrow);
    } else {
      run.write(query, ids, scores);
    }
  }

  /** Whether a float, written out, reads back as this number. */
  private static boolean isFloat(double score) {
    return Double.parseDouble(Float.toString((float) score)) == score;
  }

  @Override
  public void close() throws IOException {
    for (RunReader reader : readers) {
      reader.close();
    }
  }
}
