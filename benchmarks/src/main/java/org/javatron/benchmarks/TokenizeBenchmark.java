package org.javatron.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.Encoding;
import org.javatron.tokenize.TokenBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How long does a passage of about a hundred words take? With {@code -prof gc}: what does it
 * allocate? (Into a buffer: nothing.)
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TokenizeBenchmark {
  /** The folder of real collections, from where the benchmark is started. */
  @Param({"../shared/data"})
  public String data;

  private final TokenBuffer buffer = new TokenBuffer();
  private BertTokenizer tokenizer;
  private String[] texts;
  private int next;

  /**
   * Reads vocabulary and passages.
   *
   * @throws IOException if they are not there
   */
  @Setup
  public void read() throws IOException {
    tokenizer = TokenizeTexts.tokenizer(Path.of(data, "vocab/bert-base-uncased.txt"));
    List<String> all = TokenizeTexts.texts(Path.of(data, "boolq-marco/para.txt.gz"), 10_000);
    texts = all.toArray(new String[0]);
  }

  private String text() {
    next = next + 1 == texts.length ? 0 : next + 1;
    return texts[next];
  }

  /**
   * Ids into the caller's buffer.
   *
   * @return how many
   */
  @Benchmark
  public int intoBuffer() {
    buffer.clear();
    tokenizer.tokens(text(), 1 << 20, buffer);
    return buffer.size();
  }

  /**
   * The model's input as a new array.
   *
   * @return the ids
   */
  @Benchmark
  public int[] encode() {
    return tokenizer.encode(text(), 512);
  }

  /**
   * Ids with their places in the text.
   *
   * @return the tokens
   */
  @Benchmark
  public Encoding encodeWithOffsets() {
    return tokenizer.encodeWithOffsets(text(), 512);
  }
}
