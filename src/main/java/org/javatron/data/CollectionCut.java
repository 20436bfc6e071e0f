package org.javatron.data;

import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import it.unimi.dsi.fastutil.objects.ObjectLinkedOpenHashSet;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.javatron.io.AtomicTextFile;
import org.javatron.io.InputException;

/**
 * Cuts a collection laid out as RocketQA's archive of MS MARCO to a size that trains in minutes.
 *
 * <p>Kept are the first queries, then passages in this order until there are enough: those judged
 * for a kept query, the first BM25 negative of each kept training query, the second of each, and so
 * on, then the collection's first. So the hard part of the task stays. Files keep their names and
 * the order of their lines; line ends become LF.
 *
 * <p>Memory: the ids of the kept queries and passages, and the negatives of the kept queries.
 *
 * @param from the collection's folder; each file may be gzip-compressed
 * @param passages how many passages to keep; 0 for all
 * @param trainQueries how many training queries to keep; 0 for all
 * @param devQueries how many dev queries to keep; 0 for all
 */
public record CollectionCut(Path from, long passages, long trainQueries, long devQueries) {
  /** The file that is written last. */
  public static final String LAST_FILE = "qidpidtriples.train.full.2.tsv";

  /** What a line's columns must hold for it to stay. */
  private interface Rule {
    boolean keeps(Table line) throws IOException;
  }

  /**
   * Writes the cut.
   *
   * @param to the folder, made if missing; files of the same names are replaced
   * @return how many passages were kept
   * @throws IOException if a file is missing or a line has too few columns, or if the judged
   *     passages of the kept queries alone are more than may be kept
   */
  public long write(Path to) throws IOException {
    Set<String> judged = new ObjectLinkedOpenHashSet<>();
    Set<String> training = cutQueries("train", trainQueries, to, judged);
    cutQueries("dev", devQueries, to, judged);
    Set<String> kept = passages == 0 ? null : choose(judged, training);
    long count = copy("para.txt", to, line -> kept == null || kept.contains(line.id(0)));
    copy("para.title.txt", to, line -> kept == null || kept.contains(line.id(0)));
    copy(
        LAST_FILE,
        to,
        line ->
            training.contains(line.id(0)) && (kept == null || kept.contains(column(line, 2, 3))));
    return count;
  }

  /** Keeps a split's first queries and their judgements; gives the queries' ids. */
  private Set<String> cutQueries(String split, long most, Path to, Set<String> judged)
      throws IOException {
    Set<String> queries = new ObjectLinkedOpenHashSet<>();
    copy(
        split + ".query.txt",
        to,
        line -> (most == 0 || queries.size() < most) && queries.add(line.id(0)));
    copy(
        "qrels." + split + ".tsv",
        to,
        line -> {
          boolean keep = queries.contains(line.id(0));
          if (keep) {
            judged.add(column(line, 2, 4));
          }
          return keep;
        });
    return queries;
  }

  private Set<String> choose(Set<String> judged, Set<String> training) throws IOException {
    if (judged.size() > passages) {
      throw new InputException(
          "the kept queries alone have %d judged passages in %s, more than the %d to keep"
              .formatted(judged.size(), from, passages));
    }
    Set<String> kept = new ObjectLinkedOpenHashSet<>(judged);
    for (List<String> round : rounds(training)) {
      addUntilFull(round, kept);
    }
    try (Table table = new Table(file("para.txt"))) {
      while (kept.size() < passages && table.next()) {
        kept.add(table.id(0));
      }
    }
    return kept;
  }

  private void addUntilFull(List<String> ids, Set<String> kept) {
    for (String id : ids) {
      if (kept.size() >= passages) {
        return;
      }
      kept.add(id);
    }
  }

  /** The first negatives of the training queries, then the second ones, and so on. */
  private List<List<String>> rounds(Set<String> training) throws IOException {
    List<List<String>> rounds = new ArrayList<>();
    Object2IntOpenHashMap<String> seen = new Object2IntOpenHashMap<>();
    try (Table table = new Table(file(LAST_FILE))) {
      while (table.next()) {
        String query = table.id(0);
        if (training.contains(query)) {
          int round = seen.addTo(query, 1);
          if (round == rounds.size()) {
            rounds.add(new ArrayList<>());
          }
          rounds.get(round).add(column(table, 2, 3));
        }
      }
    }
    return rounds;
  }

  private long copy(String name, Path to, Rule rule) throws IOException {
    long lines = 0;
    try (Table table = new Table(file(name));
        AtomicTextFile target = AtomicTextFile.create(to.resolve(name))) {
      Writer text = target.writer();
      while (table.next()) {
        if (rule.keeps(table)) {
          for (int i = 0; i < table.columns(); i++) {
            text.append(i == 0 ? "" : "\t").append(table.get(i));
          }
          text.append('\n');
          lines++;
        }
      }
      target.commit();
    }
    return lines;
  }

  private static String column(Table line, int index, int columns) throws IOException {
    if (line.columns() != columns) {
      throw line.error(
          "expected %d tab-separated columns, found %d".formatted(columns, line.columns()));
    }
    return line.id(index);
  }

  private Path file(String name) throws InputException {
    Path plain = from.resolve(name);
    Path gzip = from.resolve(name + ".gz");
    if (Files.isRegularFile(plain)) {
      return plain;
    }
    if (!Files.isRegularFile(gzip)) {
      throw new InputException(from + ": expected " + name + " or " + name + ".gz, found neither");
    }
    return gzip;
  }
}
