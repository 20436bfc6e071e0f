package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.javatron.data.CorpusReader;
import org.javatron.data.Qrels;
import org.javatron.data.RankedList;
import org.javatron.data.RunFormat;
import org.javatron.data.RunReader;
import org.javatron.data.TextRecord;
import org.javatron.data.TieRule;

/**
 * Shows what a run found: some questions spread over the run, each with its best passages, the
 * judged ones marked. Holds the text of the shown passages only.
 *
 * @param corpus the passages
 * @param queries the questions
 * @param qrels the judgements
 */
record RankingSamples(Path corpus, Path queries, Path qrels) {
  private static final int PASSAGES = 3;

  /** Characters of a passage that leave a line within 80 columns. */
  private static final int WIDTH = 65;

  void print(Path run, int questions, PrintWriter out) throws IOException {
    List<RankedList> shown = pick(run, questions);
    Set<String> queryIds = new HashSet<>();
    Set<String> passageIds = new HashSet<>();
    for (RankedList list : shown) {
      queryIds.add(list.queryId());
      passageIds.addAll(best(list));
    }
    Map<String, TextRecord> queryTexts = texts(queries, queryIds);
    Map<String, TextRecord> passageTexts = texts(corpus, passageIds);
    Qrels judgements = Qrels.read(qrels);
    out.println();
    for (RankedList list : shown) {
      out.println(queryTexts.get(list.queryId()).text());
      List<String> best = best(list);
      for (int rank = 1; rank <= best.size(); rank++) {
        String id = best.get(rank - 1);
        boolean relevant = judgements.of(list.queryId()).getInt(id) > 0;
        out.printf(
            Locale.ROOT,
            "  %d %s %6.3f  %s%n",
            rank,
            relevant ? "*" : " ",
            list.scores()[rank - 1],
            line(passageTexts.get(id)));
      }
      out.println();
    }
    out.println("(* judged relevant)");
    out.flush();
  }

  private static List<RankedList> pick(Path run, int questions) throws IOException {
    List<RankedList> all = new ArrayList<>();
    try (RunReader reader = RunReader.open(run, RunFormat.TEVATRON, TieRule.FILE)) {
      for (RankedList list = reader.next(); list != null; list = reader.next()) {
        all.add(list);
      }
    }
    Map<String, RankedList> picked = new LinkedHashMap<>();
    for (int i = 0; i < questions && !all.isEmpty(); i++) {
      RankedList list = all.get((int) ((long) i * all.size() / questions));
      picked.put(list.queryId(), list);
    }
    return List.copyOf(picked.values());
  }

  private static List<String> best(RankedList list) {
    return list.passageIds().subList(0, Math.min(PASSAGES, list.passageIds().size()));
  }

  private static Map<String, TextRecord> texts(Path file, Set<String> ids) throws IOException {
    Map<String, TextRecord> texts = new HashMap<>();
    try (CorpusReader reader = CorpusReader.open(file)) {
      for (TextRecord text = reader.next(); text != null; text = reader.next()) {
        if (ids.contains(text.id())) {
          texts.put(text.id(), text);
        }
      }
    }
    return texts;
  }

  private static String line(TextRecord passage) {
    boolean titled = passage.title() != null && !passage.title().isEmpty();
    String text = titled ? passage.title() + ": " + passage.text() : passage.text();
    if (text.length() <= WIDTH) {
      return text;
    }
    int end = text.lastIndexOf(' ', WIDTH - 3);
    return text.substring(0, end < WIDTH / 2 ? WIDTH - 3 : end) + "...";
  }
}
