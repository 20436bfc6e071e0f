package org.javatron.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.javatron.data.CorpusReader;
import org.javatron.data.CorpusTable;
import org.javatron.data.NegativesGrouping;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/**
 * MS MARCO's passage ranking as the coCondenser tutorial prepares it: RocketQA's archive of texts
 * with titles, the judgements, and BM25's negatives out of the triples.
 */
public final class MarcoFetch {
  private static final String ARCHIVE = "marco.tar.gz";
  private static final String TRIPLES = "qidpidtriples.train.full.2.tsv.gz";
  private static final List<String> TEXTS =
      List.of("para.txt", "para.title.txt", "train.query.txt", "dev.query.txt");
  private static final List<String> QRELS =
      List.of("qrels.train.tsv", "qrels.dev.tsv", "qrels.dev.small.tsv");

  /** Texts take about three times the archive's size, and the table of them as much again. */
  private static final long TEXTS_AND_TABLE = 6;

  private final Downloader downloader;
  private final Sources sources;
  private final FetchListener listener;

  /**
   * Sets up; nothing is done yet.
   *
   * @param downloader gets the files
   * @param sources says where they lie
   */
  public MarcoFetch(Downloader downloader, Sources sources) {
    this.downloader = downloader;
    this.sources = sources;
    this.listener = downloader.listener();
  }

  /**
   * Fetches everything that is not there yet. Memory: as {@link NegativesGrouping} states.
   *
   * @param folder where to; made if missing
   * @param triples whether the triples are fetched and grouped
   * @param force whether what is made of the downloads is made anew
   * @return what there is: each file with its content in words, in the order of the steps
   * @throws IOException if a step fails; an {@link InputException} says why in one sentence. What
   *     the steps before it gave stays.
   */
  public Map<Path, String> run(Path folder, boolean triples, boolean force) throws IOException {
    Map<Path, String> files = new LinkedHashMap<>();
    FolderLock lock = FolderLock.take(folder);
    try {
      Path negatives = folder.resolve("train.negatives.tsv");
      boolean texts = force || !TEXTS.stream().allMatch(name -> Files.exists(folder.resolve(name)));
      boolean grouping = triples && (force || !Files.exists(negatives));
      requireRoom(folder, texts, grouping);
      for (String name : QRELS) {
        files.put(downloader.get(sources.marco(name), folder), "relevance judgements");
      }
      // Both downloads come before the work on either: a server that lacks one is met early.
      Path archive = texts ? downloader.get(sources.marco(ARCHIVE), downloads(folder)) : null;
      Path triplesFile =
          grouping ? downloader.get(sources.marco(TRIPLES), downloads(folder)) : null;
      if (texts) {
        unpack(archive, folder);
      } else {
        listener.notice("The texts in " + folder + " are there already.");
      }
      TEXTS.forEach(name -> files.put(folder.resolve(name), "texts"));
      Path corpus = folder.resolve("corpus.tsv");
      files.put(corpus, made(corpus, force, "passages", this::join));
      if (triples) {
        files.put(
            negatives, made(negatives, force, "negatives", output -> group(triplesFile, output)));
      }
    } finally {
      lock.close();
    }
    return files;
  }

  /** Not read once everything is made of them: they may be deleted then. */
  private static Path downloads(Path folder) {
    return folder.resolve("downloads");
  }

  private void requireRoom(Path folder, boolean texts, boolean grouping) throws IOException {
    long needed = 0;
    if (texts) {
      long archive = downloader.missing(sources.marco(ARCHIVE), downloads(folder));
      needed += archive * (1 + TEXTS_AND_TABLE);
    }
    if (grouping) {
      // The negatives are shorter than the compressed triples, which repeat query and positive.
      needed += 2 * downloader.missing(sources.marco(TRIPLES), downloads(folder));
    }
    downloader.room().require("MS MARCO", folder, needed);
  }

  private void unpack(Path archive, Path folder) throws IOException {
    try (Staging staging = new Staging(folder.resolve(".texts.tmp"));
        Progress progress = listener.begin("unpacking " + ARCHIVE, 0, -1, "bytes")) {
      Function<String, String> naming =
          entry -> {
            String name = entry.substring(entry.lastIndexOf('/') + 1);
            return TEXTS.contains(name) ? name : null;
          };
      new Archive(archive, downloader.room()).unpack(staging.folder(), naming, progress);
      for (String name : TEXTS) {
        if (!Files.exists(staging.folder().resolve(name))) {
          throw new InputException(
              "%s: expected %s in the archive, found no %s"
                  .formatted(archive, String.join(", ", TEXTS), name));
        }
      }
      for (String name : TEXTS) {
        staging.publish(name, folder.resolve(name));
      }
    }
  }

  /** A step that makes a file and says what is in it. */
  @FunctionalInterface
  private interface Step {
    String make(Path output) throws IOException;
  }

  private String made(Path output, boolean force, String unit, Step step) throws IOException {
    if (!force && Files.exists(output)) {
      listener.notice(output + " is there already.");
      return unit;
    }
    return step.make(output);
  }

  private String join(Path output) throws IOException {
    Path passages = output.resolveSibling("para.txt");
    long expected = sources.marcoPassages();
    long count;
    try (Progress progress =
        listener.begin(
            "joining titles and texts", 0, CorpusReader.count(List.of(passages)), "passages")) {
      count = CorpusTable.write(passages, output, progress);
    }
    if (count != expected) {
      listener.notice(
          String.format(
              Locale.ROOT, "Note: %s has %d passages; MS MARCO has %d.", output, count, expected));
    }
    return String.format(Locale.ROOT, "%d passages", count);
  }

  private String group(Path triples, Path output) throws IOException {
    NegativesGrouping.Summary summary;
    try (Progress progress = listener.begin("grouping negatives", 0, -1, "triples")) {
      summary = NegativesGrouping.run(triples, output, progress);
    }
    return String.format(
        Locale.ROOT, "%d negatives of %d queries", summary.negatives(), summary.queries());
  }
}
