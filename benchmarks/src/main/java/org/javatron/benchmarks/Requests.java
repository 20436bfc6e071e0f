package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.OpProfile;
import org.javatron.kernels.Precision;

/**
 * How {@code benchmarks/gpu/compare.py} and {@code benchmarks/cpu/compare.py} talk to a benchmark:
 * it writes a request a line on standard input, {@code COMMAND SETTING [FILE]}, and reads a JSON
 * object a line in return. So two programs that are both warm can take turns on one machine.
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
    return kernels(set, precision, null);
  }

  /** The same, with or without a profile. */
  static KernelSettings kernels(KernelSet set, String precision, OpProfile profile) {
    return new KernelSettings(
        set,
        Precision.valueOf(precision.toUpperCase(Locale.ROOT)),
        Runtime.getRuntime().availableProcessors(),
        profile);
  }

  /** Adds what each op took. */
  static void put(OpProfile profile, ObjectNode answer) {
    ArrayNode ops = answer.putArray("ops");
    for (OpProfile.Row row : profile.rows()) {
      ops.addObject()
          .put("op", row.op())
          .put("calls", row.calls())
          .put("seconds", row.seconds())
          .put("flops", row.flops());
    }
  }

  /** The most memory this process ever had resident, mapped files included, in MiB. */
  static double mostResident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new IOException("/proc/self/status should have a line VmHWM");
  }
}
