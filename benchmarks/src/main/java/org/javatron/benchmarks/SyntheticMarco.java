package org.javatron.benchmarks;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * A collection of MS MARCO's size and shape, laid out as RocketQA's archive, out of a seed: what
 * the true one asks of disk and memory, where the true one is not at hand. The same seed gives the
 * same bytes on every Java.
 *
 * <p>Parameters and their source:
 *
 * <ul>
 *   <li>56 words a passage and 6 a query on average: BEIR's paper (Thakur et al., 2021), table 1,
 *       has 55.98 and 5.96. Lengths are log-normal; the spread (standard deviation of the
 *       logarithm) of 0.45 is an assumption, no publication gives it.
 *   <li>Words are those of BERT's vocabulary in its order, which is about that of their frequency,
 *       with Zipf's law of exponent 1. One word in seven goes on with one or two pieces more, and
 *       one in nine ends with a sign, so that a passage has about 75 tokens.
 *   <li>398 million triples for 8.84 million passages: MS MARCO's own count. A query's triples
 *       follow each other, lines end in CRLF.
 *   <li>Nine passages in ten have a title, of 5 words on average: an assumption.
 * </ul>
 *
 * <p>Arguments: the folder, bert-base-uncased's vocab.txt, passages, queries, triples, depth of the
 * run, seed.
 */
public final class SyntheticMarco {
  private static final double SPREAD = 0.45;
  private static final int LONGEST = 600;

  private final SplittableRandom random;
  private final byte[][] words;
  private final byte[][] pieces;
  private double second = Double.NaN;

  private SyntheticMarco(Path vocab, long seed) throws IOException {
    this.random = new SplittableRandom(seed);
    List<String> entries = Files.readAllLines(vocab);
    this.words = matching(entries, "[ai]|[a-z]{2,}", 0);
    this.pieces = matching(entries, "##[a-z]+", 2);
  }

  private static byte[][] matching(List<String> entries, String pattern, int from) {
    return entries.stream()
        .filter(entry -> entry.matches(pattern))
        .map(entry -> entry.substring(from).getBytes(StandardCharsets.US_ASCII))
        .toArray(byte[][]::new);
  }

  /**
   * Writes the collection.
   *
   * @param arguments folder, vocabulary, passages, queries, triples, depth, seed
   * @throws IOException if the disk is full
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    int passages = Integer.parseInt(arguments[2]);
    int queries = Integer.parseInt(arguments[3]);
    SyntheticMarco marco = new SyntheticMarco(Path.of(arguments[1]), Long.parseLong(arguments[6]));
    marco.passages(folder, passages);
    marco.queries(folder, queries, passages);
    marco.triples(folder, queries, passages, Long.parseLong(arguments[4]));
    marco.run(folder, queries, passages, Integer.parseInt(arguments[5]));
  }

  private void passages(Path folder, int count) throws IOException {
    try (OutputStream texts = open(folder.resolve("para.txt"));
        OutputStream titles = open(folder.resolve("para.title.txt"))) {
      for (int i = 0; i < count; i++) {
        if (random.nextInt(10) > 0) {
          line(titles, i, 5);
        }
        line(texts, i, 56);
      }
    }
  }

  /** Queries, and one relevant passage for each. */
  private void queries(Path folder, int count, int passages) throws IOException {
    try (OutputStream texts = open(folder.resolve("train.query.txt"));
        OutputStream qrels = open(folder.resolve("qrels.train.tsv"))) {
      for (int i = 0; i < count; i++) {
        line(texts, i, 6);
        write(qrels, i + "\t0\t" + random.nextInt(passages) + "\t1\n");
      }
    }
  }

  private void triples(Path folder, int queries, int passages, long count) throws IOException {
    try (OutputStream out = fastGzip(folder.resolve("qidpidtriples.train.full.2.tsv.gz"))) {
      for (int query = 0; query < queries; query++) {
        long rows = count * (query + 1L) / queries - count * (long) query / queries;
        String start = query + "\t" + random.nextInt(passages) + "\t";
        for (long row = 0; row < rows; row++) {
          write(out, start + random.nextInt(passages) + "\r\n");
        }
      }
    }
  }

  /** A search's answer for each query, as mining takes it. */
  private void run(Path folder, int queries, int passages, int depth) throws IOException {
    try (OutputStream out = open(folder.resolve("run.tsv"))) {
      for (int query = 0; query < queries; query++) {
        // Steps of an odd size through a power of two meet no passage twice.
        long range = Long.highestOneBit(passages);
        long passage = random.nextLong(range);
        long step = random.nextLong(range) | 1;
        for (int rank = 0; rank < depth; rank++) {
          write(out, query + "\t" + passage + "\t" + (200_000 - 100 * rank) / 1000.0 + "\n");
          passage = passage + step & range - 1;
        }
      }
    }
  }

  private void line(OutputStream out, int id, double mean) throws IOException {
    write(out, id + "\t");
    int length = length(mean);
    for (int i = 0; i < length; i++) {
      if (i > 0) {
        out.write(' ');
      }
      out.write(zipf(words));
      if (random.nextInt(7) == 0) {
        out.write(zipf(pieces));
        if (random.nextBoolean()) {
          out.write(zipf(pieces));
        }
      }
      if (random.nextInt(9) == 0) {
        out.write(random.nextInt(3) == 0 ? ',' : '.');
      }
    }
    out.write('\n');
  }

  /** Log-normal with this mean. */
  private int length(double mean) {
    double log = StrictMath.log(mean) - SPREAD * SPREAD / 2 + SPREAD * normal();
    return (int) Math.max(1, Math.min(LONGEST, Math.round(StrictMath.exp(log))));
  }

  /** Box and Muller's pair of normal values, one at a time. */
  private double normal() {
    if (!Double.isNaN(second)) {
      double value = second;
      second = Double.NaN;
      return value;
    }
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    double angle = 2 * Math.PI * random.nextDouble();
    second = radius * StrictMath.sin(angle);
    return radius * StrictMath.cos(angle);
  }

  /** Zipf's law with exponent 1: the logarithm of the rank is uniform. */
  private byte[] zipf(byte[][] from) {
    double rank = StrictMath.exp(random.nextDouble() * StrictMath.log(from.length + 1.0));
    return from[Math.min(from.length, (int) rank) - 1];
  }

  private static OutputStream open(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
  }

  private static OutputStream fastGzip(Path file) throws IOException {
    OutputStream gzip =
        new GZIPOutputStream(Files.newOutputStream(file), 1 << 16) {
          {
            def.setLevel(Deflater.BEST_SPEED);
          }
        };
    return new BufferedOutputStream(gzip, 1 << 20);
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }
}
