package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a run found for some questions spread over it, with the texts, for people to look at.
 *
 * <p>Reads run and corpus once or twice from end to end; holds the shown texts and the judgements
 * only.
 *
 * @param corpus the passages
 * @param queries the questions
 * @param qrels the judgements
 */
public record RankingSamples(List<Path> corpus, Path queries, Path qrels) {
  /**
   * A question with its best passages.
   *
   * @param query the question's text, or its id if the queries have none of it
   * @param passages the best passages, best first
   * @param judgedRank the first place of a passage judged relevant; 0 if the run has none
   * @param depth how many passages the run has for the question
   */
  public record Sample(String query, List<Passage> passages, int judgedRank, int depth) {}

  /**
   * A passage in its place.
   *
   * @param rank its place, from 1
   * @param score its score
   * @param relevant whether it is judged relevant
   * @param title its title; null or empty where it has none
   * @param text its text, or its id if the corpus has none of it
   */
  public record Passage(int rank, double score, boolean relevant, String title, String text) {}

  /**
   * Picks questions at even distances and looks their passages up.
   *
   * @param run the run, best first, as search writes it
   * @param questions how many at most
   * @param passages how many of each at most
   * @return the samples in the order of the run
   * @throws IOException if a file cannot be read or is not as it must be
   */
  public List<Sample> pick(Path run, int questions, int passages) throws IOException {
    List<RankedList> picked = lists(run, questions);
    Set<String> queryIds = new HashSet<>();
    Set<String> passageIds = new HashSet<>();
    for (RankedList list : picked) {
      queryIds.add(list.queryId());
      passageIds.addAll(best(list, passages));
    }
    Map<String, TextRecord> queryTexts = texts(List.of(queries), queryIds);
    Map<String, TextRecord> passageTexts = texts(corpus, passageIds);
    Qrels judgements = Qrels.read(qrels);
    List<Sample> samples = new ArrayList<>();
    for (RankedList list : picked) {
      Set<String> relevant = judgements.relevant(list.queryId(), 1);
      List<Passage> shown = new ArrayList<>();
      for (String id : best(list, passages)) {
        int place = shown.size();
        TextRecord text = passageTexts.get(id);
        shown.add(
            new Passage(
                place + 1,
                list.scores()[place],
                relevant.contains(id),
                text == null ? null : text.title(),
                textOr(text, id)));
      }
      int judged = 0;
      for (int i = list.size() - 1; i >= 0; i--) {
        judged = relevant.contains(list.passageIds().get(i)) ? i + 1 : judged;
      }
      String query = textOr(queryTexts.get(list.queryId()), list.queryId());
      samples.add(new Sample(query, List.copyOf(shown), judged, list.size()));
    }
    return List.copyOf(samples);
  }

  private static String textOr(TextRecord record, String id) {
    return record == null || record.text() == null ? id : record.text();
  }

  /** Counts the questions first, so that no more than those wanted are ever held. */
  private static List<RankedList> lists(Path run, int questions) throws IOException {
    long all = 0;
    try (RunReader reader = RunReader.open(run, RunFormat.TEVATRON, TieRule.FILE)) {
      while (reader.next() != null) {
        all++;
      }
    }
    List<RankedList> picked = new ArrayList<>();
    try (RunReader reader = RunReader.open(run, RunFormat.TEVATRON, TieRule.FILE)) {
      long number = 0;
      long wanted = Math.min(questions, all);
      for (RankedList list = reader.next(); picked.size() < wanted; list = reader.next()) {
        if (number++ == picked.size() * all / wanted) {
          picked.add(list);
        }
      }
    }
    return picked;
  }

  private static List<String> best(RankedList list, int most) {
    return list.passageIds().subList(0, Math.min(most, list.passageIds().size()));
  }

  private static Map<String, TextRecord> texts(List<Path> files, Set<String> ids)
      throws IOException {
    Map<String, TextRecord> texts = new HashMap<>();
    try (CorpusReader reader = CorpusReader.open(files)) {
      for (TextRecord text = reader.next();
          text != null && texts.size() < ids.size();
          text = reader.next()) {
        if (ids.contains(text.id())) {
          texts.put(text.id(), text);
        }
      }
    }
    return texts;
  }
}
