package org.javatron.data;

import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.io.Progress;

/**
 * MS MARCO's triples as the tutorial's negatives file: one line a query, with its negatives in the
 * order of the triples; queries in the order of their first triple.
 *
 * <p>The tutorial does it with awk, which takes for granted that a query's triples follow each
 * other. Where they do, one pass is enough and the file is the same to the byte. Where they do not,
 * the lines of the first pass are dealt out to as many temporary files as it takes, each with the
 * queries of one stretch of first appearances, and each is put together in memory.
 *
 * <p>Memory: the queries' ids with a number each, some 100 bytes a query, and the negatives of one
 * temporary file: 16 MiB of text, or more where a query alone has more or there are over 4 GiB.
 * Disk: up to three times the result, beside it.
 */
public final class NegativesGrouping {
  private static final long BUCKET_BYTES = 16L << 20;

  /** Temporary files that are open at once. */
  private static final int MOST_BUCKETS = 256;

  /**
   * What was grouped.
   *
   * @param queries how many queries
   * @param negatives how many negatives, repeated ones too
   * @param lists in how many stretches of lines they came; more than queries if some came again
   */
  public record Summary(long queries, long negatives, long lists) {}

  private final long bucketBytes;
  private final Object2IntOpenHashMap<String> numbers = new Object2IntOpenHashMap<>();
  private long negatives;
  private long lists;
  private long bytes;

  private NegativesGrouping(long bucketBytes) {
    this.bucketBytes = bucketBytes;
    numbers.defaultReturnValue(-1);
  }

  /**
   * Groups triples, or a negatives file in which queries come more than once.
   *
   * @param triples as {@link NegativesReader} reads them, lines ending in LF or CRLF
   * @param output the negatives file; it appears under its name when it is whole
   * @param progress counts triples
   * @return what was grouped
   * @throws IOException if a line is not as it must be, or the disk is full
   */
  public static Summary run(Path triples, Path output, Progress progress) throws IOException {
    return run(triples, output, progress, BUCKET_BYTES);
  }

  /** Tests take smaller temporary files. */
  static Summary run(Path triples, Path output, Progress progress, long bucketBytes)
      throws IOException {
    NegativesGrouping grouping = new NegativesGrouping(bucketBytes);
    Path lines = output.resolveSibling("." + output.getFileName() + ".lines");
    try {
      grouping.run(triples, output, lines, progress);
    } finally {
      Files.deleteIfExists(lines);
    }
    return new Summary(grouping.numbers.size(), grouping.negatives, grouping.lists);
  }

  private void run(Path triples, Path output, Path lines, Progress progress) throws IOException {
    try (NegativesReader reader = NegativesReader.open(triples);
        NegativesWriter writer = NegativesWriter.create(lines)) {
      for (Negatives next = reader.next(); next != null; next = reader.next()) {
        writer.write(next);
        numbers.putIfAbsent(next.queryId(), numbers.size());
        negatives += next.passageIds().size();
        lists++;
        bytes += bytes(next);
        progress.step(next.passageIds().size());
      }
      writer.commit();
    }
    if (lists == numbers.size()) {
      Files.move(
          lines, output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } else {
      gather(lines, output);
    }
  }

  private static long bytes(Negatives list) {
    long bytes = list.queryId().length() + 1;
    for (String id : list.passageIds()) {
      bytes += id.length() + 1;
    }
    return bytes;
  }

  private void gather(Path lines, Path output) throws IOException {
    int[] bucketOfQuery = buckets(lines);
    int count = bucketOfQuery[bucketOfQuery.length - 1] + 1;
    List<Path> files = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        files.add(output.resolveSibling("." + output.getFileName() + "." + i + ".lines"));
      }
      deal(lines, files, bucketOfQuery);
      try (NegativesWriter writer = NegativesWriter.create(output)) {
        for (Path file : files) {
          join(file, writer);
          Files.delete(file);
        }
        writer.commit();
      }
    } finally {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Which temporary file each query goes to: stretches of queries with about as much text. */
  private int[] buckets(Path lines) throws IOException {
    long[] size = new long[numbers.size()];
    try (NegativesReader reader = NegativesReader.open(lines)) {
      for (Negatives next = reader.next(); next != null; next = reader.next()) {
        size[numbers.getInt(next.queryId())] += bytes(next);
      }
    }
    long most = Math.max(bucketBytes, bytes / (MOST_BUCKETS / 2));
    int[] bucket = new int[size.length];
    long inBucket = 0;
    for (int query = 0; query < size.length; query++) {
      boolean full = inBucket > 0 && inBucket + size[query] > most;
      bucket[query] = query == 0 ? 0 : bucket[query - 1] + (full ? 1 : 0);
      inBucket = full ? size[query] : inBucket + size[query];
    }
    return bucket;
  }

  private void deal(Path lines, List<Path> files, int[] bucketOfQuery) throws IOException {
    List<NegativesWriter> writers = new ArrayList<>();
    try (NegativesReader reader = NegativesReader.open(lines)) {
      for (Path file : files) {
        writers.add(NegativesWriter.create(file));
      }
      for (Negatives next = reader.next(); next != null; next = reader.next()) {
        writers.get(bucketOfQuery[numbers.getInt(next.queryId())]).write(next);
      }
      for (NegativesWriter writer : writers) {
        writer.commit();
      }
    } finally {
      for (NegativesWriter writer : writers) {
        writer.close();
      }
    }
  }

  private static void join(Path file, NegativesWriter writer) throws IOException {
    Map<String, List<String>> queries = new LinkedHashMap<>();
    try (NegativesReader reader = NegativesReader.open(file)) {
      for (Negatives next = reader.next(); next != null; next = reader.next()) {
        queries.computeIfAbsent(next.queryId(), id -> new ArrayList<>()).addAll(next.passageIds());
      }
    }
    for (Map.Entry<String, List<String>> query : queries.entrySet()) {
      writer.write(new Negatives(query.getKey(), query.getValue()));
    }
  }
}
