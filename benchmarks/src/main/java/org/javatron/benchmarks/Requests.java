package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Precision;

/**
 * How {@code benchmarks/gpu/compare.py} talks to a benchmark: it writes a request a line on
 * standard input, {@code COMMAND SETTING [FILE]}, and reads a JSON object a line in return. So two
 * programs that are both warm can take turns on one GPU.
 */
final class Requests {
  /** Does what a request asks. */
  interface Handler {
    /**
     * One answer.
     *
     * @param words of the request
     * @param answer to be filled
     */
    void answer(String[] words, ObjectNode answer) throws IOException;
  }

  private Requests() {}

  /** Answers until the input ends. */
  static void serve(Handler handler) throws IOException {
    ObjectMapper json = new ObjectMapper();
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      ObjectNode answer = json.createObjectNode();
      try {
        handler.answer(line.strip().split(" "), answer);
      } catch (IOException | RuntimeException e) { // one setting's failure leaves the others
        e.printStackTrace();
        answer.put("error", e.toString());
      }
      System.out.println(answer);
      System.out.flush();
    }
  }

  /** The kernels of a precision: {@code bf16}, {@code fp16} or {@code fp32}. */
  static KernelSettings kernels(KernelSet set, String precision) {
    return new KernelSettings(
        set,
        Precision.valueOf(precision.toUpperCase(Locale.ROOT)),
        Runtime.getRuntime().availableProcessors());
  }
}
