package org.javatron.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.TextFiles;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;

/**
 * One round of {@code benchmarks/compare-tokenizers}: warm up, then time several passes over all
 * texts on one thread and print the best rate as JSON, with a checksum of the ids.
 *
 * <p>Arguments: vocab.txt, a table of id and text, the number of texts.
 */
public final class TokenizeTexts {
  private static final int WARM_UP_PASSES = 10;
  private static final int TIMED_PASSES = 5;
  private static final int UNBOUNDED = 1 << 20;

  private TokenizeTexts() {}

  /**
   * Runs the round.
   *
   * @param arguments vocab.txt, table, number of texts
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    BertTokenizer tokenizer = tokenizer(Path.of(arguments[0]));
    List<String> texts = texts(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    double ids = best(() -> encode(tokenizer, texts), texts.size());
    double offsets = best(() -> encodeWithOffsets(tokenizer, texts), texts.size());
    System.out.printf(
        java.util.Locale.ROOT,
        "{\"texts\": %d, \"checksum\": %d, \"ids\": %.1f, \"offsets\": %.1f}%n",
        texts.size(),
        encode(tokenizer, texts),
        ids,
        offsets);
  }

  static BertTokenizer tokenizer(Path vocab) throws IOException {
    return BertTokenizer.of(Vocabulary.read(vocab), TokenizerOptions.uncased());
  }

  static List<String> texts(Path table, int most) throws IOException {
    List<String> texts = new ArrayList<>();
    try (BufferedReader lines = TextFiles.reader(table)) {
      for (String line = lines.readLine();
          line != null && texts.size() < most;
          line = lines.readLine()) {
        texts.add(line.substring(line.indexOf('\t') + 1));
      }
    }
    return texts;
  }

  /** The sum of all ids, for which every one must be made. */
  private static long encode(BertTokenizer tokenizer, List<String> texts) {
    long sum = 0;
    for (String text : texts) {
      for (int id : tokenizer.encode(text, UNBOUNDED)) {
        sum += id;
      }
    }
    return sum;
  }

  private static long encodeWithOffsets(BertTokenizer tokenizer, List<String> texts) {
    long sum = 0;
    for (String text : texts) {
      sum += tokenizer.encodeWithOffsets(text, UNBOUNDED).size();
    }
    return sum;
  }

  private static double best(java.util.function.LongSupplier pass, int texts) {
    long check = pass.getAsLong();
    double best = 0;
    for (int i = 0; i < WARM_UP_PASSES + TIMED_PASSES; i++) {
      long start = System.nanoTime();
      if (pass.getAsLong() != check) {
        throw new IllegalStateException("two passes gave different tokens");
      }
      double rate = texts / ((System.nanoTime() - start) / 1e9);
      best = i < WARM_UP_PASSES ? 0 : Math.max(best, rate);
    }
    return best;
  }
}
