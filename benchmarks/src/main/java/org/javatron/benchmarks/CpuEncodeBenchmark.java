package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.encode.EncodeJob;
import org.javatron.encode.EncodeSettings;
import org.javatron.encode.EncodeSummary;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.OpProfile;
import org.javatron.kernels.Precision;
import org.javatron.kernels.RowMath;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;
import org.javatron.tokenize.BertTokenizer;

/**
 * Javatron's turns in {@code benchmarks/compare-speed}: encodes texts on the CPU whenever it is
 * asked to. {@code MODEL THREADS PRECISION}; requests:
 *
 * <pre>
 * texts FILE OUTPUT     a corpus from text to embeddings on disk: ms, tokens
 * profile FILE OUTPUT   the same, and what each op took
 * queries FILE          each of its lines, one at a time, from text to vector: ms of each
 * batch LENGTH COUNT THREADS   as many sequences of that length, already token ids: ms
 * sgemm THREADS         GFLOP/s of a plain product
 * machine               what computes
 * memory                the most memory resident so far, MiB
 * </pre>
 */
public final class CpuEncodeBenchmark {
  private static final int MAX_LENGTH = 128;
  private static final int QUERY_LENGTH = 32;

  private final Path model;
  private final int threads;
  private final Precision precision;
  private BertTokenizer tokenizer;
  private Encoder queryEncoder;

  private CpuEncodeBenchmark(String[] arguments) {
    model = Path.of(arguments[0]);
    threads = Integer.parseInt(arguments[1]);
    precision = Precision.valueOf(arguments[2]);
  }

  /**
   * Answers requests until there are none.
   *
   * @param arguments as above
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    Requests.serve(new CpuEncodeBenchmark(arguments)::answer);
  }

  private void answer(String[] words, ObjectNode answer) throws IOException {
    switch (words[0]) {
      case "texts" -> texts(Path.of(words[1]), Path.of(words[2]), null, answer);
      case "profile" -> texts(Path.of(words[1]), Path.of(words[2]), new OpProfile(), answer);
      case "queries" -> queries(Path.of(words[1]), answer.putArray("ms"));
      case "batch" -> batch(number(words[1]), number(words[2]), number(words[3]), answer);
      case "sgemm" -> {
        try (SgemmRate rate = new SgemmRate(number(words[1]))) {
          answer.put("gflops", rate.measure());
        }
      }
      case "machine" ->
          answer
              .put("java", System.getProperty("java.vm.version"))
              .put("vectors", RowMath.fastest().description());
      case "memory" -> answer.put("mib", Requests.mostResident());
      default -> throw new IllegalArgumentException("no such request: " + words[0]);
    }
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }

  private EncoderOptions options(int count, OpProfile profile) {
    return new EncoderOptions(
        EncoderOptions.defaultMaxTokens(KernelSet.CPU),
        new KernelSettings(KernelSet.CPU, precision, count, profile));
  }

  private void texts(Path file, Path output, OpProfile profile, ObjectNode answer)
      throws IOException {
    EncodeSettings settings =
        new EncodeSettings(
            model,
            List.of(file),
            Encoder.Side.PASSAGE,
            output,
            MAX_LENGTH,
            " ",
            1,
            0,
            EmbeddingType.FLOAT32,
            options(threads, profile),
            true,
            true);
    EncodeSummary summary = new EncodeJob(settings, new PrintWriter(Writer.nullWriter())).run();
    answer.put("ms", 1e3 * summary.seconds()).put("tokens", summary.tokens());
    if (profile != null) {
      Requests.put(profile, answer);
    }
  }

  private void queries(Path file, ArrayNode times) throws IOException {
    if (queryEncoder == null) { // stays open, as a service's would
      tokenizer = BertTokenizer.load(model);
      EncoderOptions options = options(threads, null).withPackedWeights();
      queryEncoder = Encoder.open(model, Encoder.Side.QUERY, options);
    }
    List<String> texts = Files.readAllLines(file);
    float[] vector = new float[queryEncoder.dim()];
    // Each text goes round twice, so that the compiler has seen what counts.
    for (int round = 0; round < 2; round++) {
      for (String text : texts) {
        long begun = System.nanoTime();
        queryEncoder.encode(List.of(tokenizer.encode(text, QUERY_LENGTH)), vector, 0);
        if (round == 1) {
          times.add((System.nanoTime() - begun) / 1e6);
        }
      }
    }
  }

  private void batch(int length, int count, int batchThreads, ObjectNode answer)
      throws IOException {
    EncoderOptions options =
        new EncoderOptions(length * count, options(batchThreads, null).kernels());
    try (Encoder encoder = Encoder.open(model, Encoder.Side.PASSAGE, options)) {
      Random random = new Random(1);
      List<int[]> batch = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        batch.add(random.ints(length, 1000, 20000).toArray());
      }
      float[] out = new float[count * encoder.dim()];
      encoder.encode(batch, out, 0);
      double[] times = new double[3];
      for (int i = 0; i < times.length; i++) {
        int repeats = 0;
        long begun = System.nanoTime();
        do {
          encoder.encode(batch, out, 0);
          repeats++;
        } while (System.nanoTime() - begun < 500_000_000L);
        times[i] = (System.nanoTime() - begun) / 1e6 / repeats;
      }
      Arrays.sort(times);
      answer.put("ms", times[times.length / 2]);
    }
  }
}
