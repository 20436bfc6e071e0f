package org.javatron.benchmarks;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.OpProfile;
import org.javatron.train.CheckpointSettings;
import org.javatron.train.ExampleSettings;
import org.javatron.train.OptimizerSettings;
import org.javatron.train.StepSettings;
import org.javatron.train.Trainer;
import org.javatron.train.TrainingHistory;
import org.javatron.train.TrainingLog;
import org.javatron.train.TrainingSettings;

/**
 * Steps of {@code train}, queries with 8 passages each of 32 and 128 tokens at most, as asked on
 * standard input (see {@link Requests}):
 *
 * <pre>
 * run bf16           trains from the start; the milliseconds of each step after the first
 * run fp32-chunked   the same by GradCache, a quarter of the queries and passages at a time
 * losses bf16        the losses of the first steps without dropout, on the rows for that
 * profile fp32       as run, and what each op took (not on a GPU)
 * memory             the most memory resident so far, MiB
 * </pre>
 *
 * <p>A step is timed from the line of figures before it to its own, so reading rows, drawing
 * dropout, AdamW and the loss's way to the host are all in it.
 *
 * <p>Arguments: model directory, training rows to time, 8 rows to compare losses on, folder to
 * write, steps of a run, the kernel set, and queries of a step (8 unless given).
 */
public final class TrainBenchmark {
  private static final int QUERIES = 8;
  private static final int PASSAGES = 8;
  private static final int COMPARED_STEPS = 5;

  private final String[] arguments;

  private TrainBenchmark(String[] arguments) {
    this.arguments = arguments;
  }

  /**
   * Answers requests until there are none.
   *
   * @param arguments as above
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    Requests.serve(new TrainBenchmark(arguments)::answer);
  }

  private void answer(String[] words, ObjectNode answer) throws IOException {
    if (words[0].equals("memory")) {
      answer.put("mib", Requests.mostResident());
      return;
    }
    OpProfile profile = words[0].equals("profile") ? new OpProfile() : null;
    boolean losses = words[0].equals("losses");
    int steps = losses ? COMPARED_STEPS : Integer.parseInt(arguments[4]);
    Path output = Path.of(arguments[3]);
    StepClock clock = new StepClock();
    try (PrintWriter log = new PrintWriter(clock)) {
      new Trainer(settings(words[1], profile, losses, steps, output), log).run();
    }
    if (losses) {
      ArrayNode values = answer.putArray("losses");
      TrainingHistory.read(output.resolve(TrainingLog.FILE))
          .steps()
          .forEach(step -> values.add(step.loss()));
    } else {
      ArrayNode values = answer.putArray("ms");
      clock.milliseconds().forEach(values::add);
    }
    if (profile != null) {
      Requests.put(profile, answer);
    }
  }

  private TrainingSettings settings(
      String way, OpProfile profile, boolean losses, int steps, Path output) {
    Path rows = Path.of(losses ? arguments[2] : arguments[1]);
    int queries = arguments.length > 6 ? Integer.parseInt(arguments[6]) : QUERIES;
    String precision = way.replace("-chunked", "");
    boolean chunked = !precision.equals(way);
    return new TrainingSettings(
        Path.of(arguments[0]),
        output,
        new ExampleSettings(List.of(rows), PASSAGES, 32, 128, null, true, true),
        new StepSettings(
            queries,
            1,
            chunked ? parts(queries) : 0,
            chunked ? parts(queries * PASSAGES) : 0,
            1,
            null,
            losses ? 0.0 : 0.1,
            false),
        new OptimizerSettings(losses ? 1e-5 : 5e-6, losses ? 0 : 0.1, 1, 0, 0.9, 0.999, 1e-8),
        1,
        (long) steps,
        42,
        new CheckpointSettings(Integer.MAX_VALUE, null, false, true),
        null,
        1,
        Requests.kernels(KernelSet.valueOf(arguments[5]), precision, profile));
  }

  private static int parts(int count) {
    return Math.max(1, count / 4);
  }

  /** Takes the time whenever a line of a step's figures is written. */
  private static final class StepClock extends Writer {
    private final List<Long> times = new ArrayList<>();

    @Override
    public void write(char[] characters, int offset, int length) {
      if (new String(characters, offset, length).startsWith("step ")) {
        times.add(System.nanoTime());
      }
    }

    /** The time from each step's figures to the next's. */
    List<Double> milliseconds() {
      List<Double> milliseconds = new ArrayList<>();
      for (int i = 1; i < times.size(); i++) {
        milliseconds.add((times.get(i) - times.get(i - 1)) / 1e6);
      }
      return milliseconds;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
