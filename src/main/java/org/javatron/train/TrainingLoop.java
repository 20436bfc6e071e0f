package org.javatron.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.model.TrainableEncoder;

/** Step after step: gradients, clipping, AdamW; and now and then figures and checkpoints. */
final class TrainingLoop {
  /** What the loop works with; whoever made it closes it. */
  record Parts(
      EncoderPair pair,
      AdamW optimizer,
      ContrastiveStep contrastive,
      Batches batches,
      HeldOut heldOut,
      TrainingLog figures,
      PrintWriter log) {}

  private final TrainingSettings settings;
  private final ModelTexts texts;
  private final TrainerState.Run run;
  private final Parts parts;
  private final Checkpoints checkpoints;
  private final LinearSchedule schedule;

  private long done;
  private TrainingSummary.Best best;

  // Since the last line of figures.
  private double lossSum;
  private int lossSteps;
  private long tokensSince;
  private long nanosSince;

  private long tokens;

  /** Null before the first step. */
  private Progress progress;

  /** Whether there is anything to draw. */
  private boolean reported;

  TrainingLoop(TrainingSettings settings, ModelTexts texts, TrainerState.Run run, Parts parts) {
    this.settings = settings;
    this.texts = texts;
    this.run = run;
    this.parts = parts;
    checkpoints = new Checkpoints(settings.output());
    OptimizerSettings rates = settings.optimizer();
    schedule =
        LinearSchedule.withRatio(rates.learningRate(), rates.warmupRatio(), run.totalSteps());
  }

  void continueAfter(TrainerState state) {
    done = state.step();
    best = state.best();
    lossSum = state.lossSum();
    lossSteps = state.lossSteps();
  }

  TrainingSummary run() throws IOException {
    long begun = System.nanoTime();
    long before = done;
    double loss;
    if (done == 0 && parts.heldOut != null) {
      evaluate();
    }
    // Only now, so that the time left is reckoned from steps alone.
    try (Progress bar = Progress.console(parts.log, "training", done, run.totalSteps(), "steps")) {
      progress = bar;
      loss = train();
    }
    parts.figures.sync();
    finish();
    return summary(
        settings, done, done - before, tokens, (System.nanoTime() - begun) / 1e9, loss, best);
  }

  /** All steps that are left; the loss reported last, NaN if there was no step. */
  private double train() throws IOException {
    double loss = Double.NaN;
    while (done < run.totalSteps()) {
      double norm = step();
      done++;
      boolean last = done == run.totalSteps();
      if (last || done % settings.loggingSteps() == 0) {
        loss = report(norm);
      }
      boolean better =
          parts.heldOut != null
              && (last || done % settings.heldOut().everySteps() == 0)
              && isBest(evaluate());
      if (better || done % settings.checkpoints().everySteps() == 0) {
        checkpoint();
      }
      progress.step(1);
    }
    return loss;
  }

  /** One optimiser step; the norm of its gradients. */
  private double step() throws IOException {
    long begun = System.nanoTime();
    int accumulation = settings.step().accumulation();
    parts.pair.zeroGradients();
    List<Batches.Batch> seen = new ArrayList<>();
    double loss = 0;
    for (int part = 0; part < accumulation; part++) {
      Batches.Batch batch = parts.batches.read(done, part);
      seen.add(batch);
      double its =
          parts.contrastive.run(
              batch.queries(),
              batch.passages(),
              batch.queryKeys(),
              batch.passageKeys(),
              1.0 / accumulation);
      requireFinite("the loss", its, List.of(batch));
      loss += its / accumulation;
      tokensSince += batch.tokens();
    }
    double norm = parts.pair.gradientNorm();
    requireFinite("the norm of the gradients", norm, seen);
    parts.optimizer.step(
        parts.pair, schedule.rate(done), AdamW.clip(norm, settings.optimizer().maxGradNorm()));
    lossSum += loss;
    lossSteps++;
    nanosSince += System.nanoTime() - begun;
    return norm;
  }

  private void requireFinite(String what, double value, List<Batches.Batch> batches)
      throws IOException {
    if (Double.isFinite(value)) {
      return;
    }
    List<String> names = new ArrayList<>();
    for (Batches.Batch batch : batches) {
      names.add(parts.batches.names(batch));
    }
    // The weights after the newest step are those that gave this value.
    throw notFinite(
        "step %d: %s is %s with the queries %s"
            .formatted(done + 1, what, value, String.join(", ", names)),
        done - 1);
  }

  /** What is written can be gone on from: an update may have left float32's range. */
  private void requireFiniteWeights() throws IOException {
    for (TrainableEncoder encoder : parts.pair.byPrefix().values()) {
      for (String name : encoder.parameters()) {
        FloatBuffer values = encoder.weight(name);
        for (int i = 0; i < values.capacity(); i++) {
          if (!Float.isFinite(values.get(i))) {
            throw notFinite(
                "step %d: the weights %s hold %s after it".formatted(done, name, values.get(i)),
                done - 1);
          }
        }
      }
    }
  }

  private InputException notFinite(String what, long lastGood) throws IOException {
    List<Long> good = checkpoints.steps().stream().filter(step -> step <= lastGood).toList();
    return new InputException(
        what
            + "; "
            + (good.isEmpty()
                ? "there is no good checkpoint yet"
                : "the last good checkpoint is " + checkpoints.folder(good.get(good.size() - 1))));
  }

  private double report(double norm) throws IOException {
    double loss = lossSum / lossSteps;
    TrainingHistory.Step figures =
        new TrainingHistory.Step(
            done,
            epoch(),
            loss,
            schedule.rate(done - 1),
            norm,
            tokensSince / Math.max(1e-9, nanosSince / 1e9));
    parts.figures.write(figures);
    say(
        String.format(
            Locale.ROOT,
            "step %d of %d (epoch %.2f): loss %.4f, learning rate %.3g, gradient norm %.3f,"
                + " %.0f tokens/s",
            done,
            run.totalSteps(),
            figures.epoch(),
            loss,
            figures.learningRate(),
            norm,
            figures.tokensPerSecond()));
    tokens += tokensSince;
    tokensSince = 0;
    nanosSince = 0;
    lossSum = 0;
    lossSteps = 0;
    reported = true;
    return loss;
  }

  private void say(String line) {
    if (progress == null) {
      parts.log.println(line);
      parts.log.flush();
    } else {
      progress.note(line);
    }
  }

  private double epoch() {
    return (double) done / parts.batches.stepsPerEpoch();
  }

  private double evaluate() throws IOException {
    long begun = System.nanoTime();
    double mrr = parts.heldOut.mrr10(parts.pair.query(), parts.pair.passage());
    double seconds = (System.nanoTime() - begun) / 1e9;
    parts.figures.write(new TrainingHistory.Evaluation(done, mrr, seconds));
    say(String.format(Locale.ROOT, "step %d: held-out MRR@10 %.4f, %.1f s", done, mrr, seconds));
    return mrr;
  }

  private boolean isBest(double mrr) {
    boolean better = best == null || mrr > best.mrr10();
    if (better) {
      best = new TrainingSummary.Best(done, mrr);
    }
    return better;
  }

  private TrainerState state() {
    return new TrainerState(
        TrainerState.VERSION,
        done,
        run.totalSteps(),
        epoch(),
        done % parts.batches.stepsPerEpoch(),
        lossSum,
        lossSteps,
        best,
        settings.kernels().threads(),
        run.settings());
  }

  private void checkpoint() throws IOException {
    parts.figures.sync();
    checkpoints.write(
        done,
        folder -> {
          save(folder);
          OptimizerFile.write(folder, parts.pair);
          state().write(folder);
        });
    checkpoints.prune(settings.checkpoints(), best);
    draw();
  }

  private void save(Path folder) throws IOException {
    requireFiniteWeights();
    parts.pair.save(
        folder,
        texts.queries().maxLength(),
        texts.passages().maxLength(),
        texts.passages().separator());
  }

  private void draw() {
    if (reported) {
      TrainingPlots.drawOrSay(settings.output(), parts.log);
    }
  }

  private void finish() throws IOException {
    save(settings.output());
    draw();
    state().write(settings.output());
    Folders.forceEntry(settings.output());
  }

  /** What there is to say at the end; held-out figures are those of the log. */
  static TrainingSummary summary(
      TrainingSettings settings,
      long steps,
      long stepsNow,
      long tokens,
      double seconds,
      double loss,
      TrainingSummary.Best best)
      throws IOException {
    Path log = settings.output().resolve(TrainingLog.FILE);
    Double first = null;
    Double last = null;
    if (Files.exists(log)) {
      for (TrainingHistory.Evaluation each : TrainingHistory.read(log).evaluations()) {
        first = each.step() == 0 ? Double.valueOf(each.mrr10()) : first;
        last = each.step() == steps ? Double.valueOf(each.mrr10()) : last;
      }
    }
    return new TrainingSummary(
        settings.output(), steps, stepsNow, tokens, seconds, loss, first, last, best);
  }
}
