package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.javatron.encode.BatchEncoder;
import org.javatron.io.Progress;
import org.javatron.io.TextFiles;
import org.javatron.kernels.KernelSet;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;

/**
 * From token ids to vectors in the host's memory, over passages of real lengths, as asked on
 * standard input (see {@link Requests}):
 *
 * <pre>
 * run bf16-32768 20000           a pass over so many passages, 32,768 tokens a batch; its milliseconds
 * vectors bf16-32768 1000 FILE   writes the vectors of so many, float32
 * close bf16-32768               gives its memory back
 * </pre>
 *
 * <p>The first request of a setting opens its encoder and encodes some passages before it is timed.
 *
 * <p>Arguments: model directory, token ids as {@code javatron tokenize} writes them, the kernel
 * set.
 */
public final class CudaEncodeBenchmark {
  private static final String WARM_UP = "2000";

  private final Path model;
  private final List<int[]> sequences;
  private final KernelSet kernels;
  private final Map<String, Encoder> encoders = new HashMap<>();

  private CudaEncodeBenchmark(Path model, List<int[]> sequences, KernelSet kernels) {
    this.model = model;
    this.sequences = sequences;
    this.kernels = kernels;
  }

  /**
   * Answers requests until there are none.
   *
   * @param arguments as above
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    CudaEncodeBenchmark benchmark =
        new CudaEncodeBenchmark(
            Path.of(arguments[0]),
            sequences(Path.of(arguments[1])),
            KernelSet.valueOf(arguments[2]));
    Requests.serve(benchmark::answer);
    benchmark.encoders.values().forEach(Encoder::close);
  }

  /** Token ids between BERT's [CLS] and [SEP], as bert-base-uncased's vocabulary numbers them. */
  private static List<int[]> sequences(Path file) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<int[]> sequences = new ArrayList<>();
    try (BufferedReader lines = TextFiles.reader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode ids = json.readTree(line).get("text");
        int[] sequence = new int[ids.size() + 2];
        sequence[0] = 101;
        for (int i = 0; i < ids.size(); i++) {
          sequence[i + 1] = ids.get(i).intValue();
        }
        sequence[ids.size() + 1] = 102;
        sequences.add(sequence);
      }
    }
    return sequences;
  }

  private void answer(String[] words, ObjectNode answer) throws IOException {
    String setting = words[1];
    switch (words[0]) {
      case "run" -> {
        Encoder encoder = encoder(setting);
        long begun = System.nanoTime();
        BatchEncoder.encode(encoder, first(words[2]), Progress.none());
        answer.put("ms", (System.nanoTime() - begun) / 1e6);
      }
      case "vectors" -> {
        Encoder encoder = encoder(setting);
        write(BatchEncoder.encode(encoder, first(words[2]), Progress.none()), Path.of(words[3]));
      }
      case "close" -> {
        Encoder encoder = encoders.remove(setting);
        if (encoder != null) {
          encoder.close();
        }
      }
      default -> throw new IllegalArgumentException("unknown request " + words[0]);
    }
  }

  private List<int[]> first(String count) {
    return sequences.subList(0, Math.min(Integer.parseInt(count), sequences.size()));
  }

  private Encoder encoder(String setting) throws IOException {
    Encoder encoder = encoders.get(setting);
    if (encoder == null) {
      String[] parts = setting.split("-");
      EncoderOptions options =
          new EncoderOptions(Integer.parseInt(parts[1]), Requests.kernels(kernels, parts[0]));
      encoder = Encoder.open(model, Encoder.Side.PASSAGE, options);
      encoders.put(setting, encoder);
      BatchEncoder.encode(encoder, first(WARM_UP), Progress.none());
    }
    return encoder;
  }

  private static void write(float[] vectors, Path file) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(vectors.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vectors);
    Files.write(file, bytes.array());
  }
}
