package org.javatron.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.javatron.io.Progress;
import org.javatron.model.TrainableOptions;

/**
 * One run of {@code train}: a model directory and training files in, a better model directory out.
 *
 * <p>Memory outside the heap: weights, gradients and two states of the optimiser, and the
 * activations of one pass; stated before the first step. The heap holds 12 bytes a row and the
 * texts of one step. The same settings give the same bits, at the same number of threads, whether
 * the run was stopped in between or not.
 */
public final class Trainer {
  private final TrainingSettings settings;
  private final PrintWriter log;
  private final TrainingOutput output;

  /**
   * A run to be started with {@link #run}.
   *
   * @param settings what to train and how
   * @param log where progress and notes go; the caller closes it
   */
  public Trainer(TrainingSettings settings, PrintWriter log) {
    this.settings = settings;
    this.log = log;
    this.output = new TrainingOutput(settings.output(), settings.checkpoints());
  }

  /**
   * Trains, from the beginning or from the newest checkpoint.
   *
   * @return what was done
   * @throws IOException if the model, the files or the output are not as they must be, or if loss
   *     or gradients are no longer finite; checkpoints written so far stay
   */
  public TrainingSummary run() throws IOException {
    ModelTexts texts = ModelTexts.read(settings.model(), settings.examples());
    output.check(settings.model());
    ExampleSettings examples = settings.examples();
    try (TrainingFiles files = TrainingFiles.open(examples.files())) {
      ExampleSampler sampler =
          new ExampleSampler(
              examples.passagesPerQuery(),
              settings.seed(),
              examples.rotatePositives(),
              examples.shuffleNegatives());
      StepSettings step = settings.step();
      Batches batches =
          new Batches(
              files,
              sampler,
              texts.queries(),
              texts.passages(),
              step.batchSize(),
              step.accumulation());
      long total =
          settings.maxSteps() != null
              ? settings.maxSteps()
              : (long) Math.ceil(settings.epochs() * batches.stepsPerEpoch());
      describe(files, batches, total);
      HeldOut heldOut = heldOut(texts);
      ObjectNode identity = Identity.of(settings, texts, files.stamps(), total);
      TrainerState start = output.start(identity);
      if (output.isFinished()) {
        log.printf(Locale.ROOT, "%s: the training is finished already%n", output.folder());
        return TrainingLoop.summary(settings, total, 0, 0, 0, Double.NaN, start.best());
      }
      return train(texts, batches, heldOut, new TrainerState.Run(total, identity), start);
    }
  }

  private void describe(TrainingFiles files, Batches batches, long total) {
    StepSettings step = settings.step();
    int passages = settings.examples().passagesPerQuery();
    log.printf(
        Locale.ROOT,
        "training on %d rows: %d steps of %d x %d queries with %d passages each, %d steps an"
            + " epoch%n",
        files.rows(),
        total,
        step.accumulation(),
        step.batchSize(),
        passages,
        batches.stepsPerEpoch());
    log.flush();
  }

  private HeldOut heldOut(ModelTexts texts) throws IOException {
    EvaluationSettings wanted = settings.heldOut();
    if (wanted == null) {
      return null;
    }
    try (Progress progress = Progress.console(log, "reading", -1, "held-out passages")) {
      HeldOutEvaluation evaluation =
          HeldOutEvaluation.open(
              new HeldOutSettings(
                  wanted.queries(),
                  wanted.qrels(),
                  wanted.corpus(),
                  wanted.sample(),
                  wanted.passages(),
                  settings.seed(),
                  texts.queries().maxLength(),
                  texts.passages().maxLength(),
                  texts.passages().separator(),
                  settings.kernels().threads()),
              texts.dim(),
              texts.passages().tokenizer(),
              progress);
      log.println(evaluation.description());
      return evaluation;
    }
  }

  private TrainingSummary train(
      ModelTexts texts, Batches batches, HeldOut heldOut, TrainerState.Run run, TrainerState start)
      throws IOException {
    StepShape shape = shape(texts);
    TrainableOptions options =
        new TrainableOptions(
            settings.kernels(),
            shape.maxTokens(),
            shape.maxSequences(),
            null,
            settings.step().normalize(),
            settings.step().dropout());
    OptimizerSettings rates = settings.optimizer();
    try (EncoderPair pair = EncoderPair.open(settings.model(), settings.step().untie(), options);
        ContrastiveStep contrastive =
            new ContrastiveStep(
                pair.query(),
                pair.passage(),
                shape,
                settings.step().temperature(),
                settings.kernels())) {
      AdamW optimizer =
          new AdamW(
              new AdamW.Constants(
                  rates.beta1(), rates.beta2(), rates.epsilon(), rates.weightDecay()));
      stateMemory(pair, contrastive);
      long done = start == null ? 0 : start.step();
      if (start != null) {
        goOn(start, pair, optimizer);
      }
      try (TrainingLog figures = figures(done)) {
        TrainingLoop loop =
            new TrainingLoop(
                settings,
                texts,
                run,
                new TrainingLoop.Parts(
                    pair, optimizer, contrastive, batches, heldOut, figures, log));
        if (start != null) {
          loop.continueAfter(start);
        }
        return loop.run();
      }
    }
  }

  private TrainingLog figures(long done) throws IOException {
    return done == 0
        ? TrainingLog.create(output.folder())
        : TrainingLog.continueAfter(output.folder(), done);
  }

  private StepShape shape(ModelTexts texts) {
    StepSettings step = settings.step();
    return new StepShape(
        step.batchSize(),
        settings.examples().passagesPerQuery(),
        texts.queries().maxLength(),
        texts.passages().maxLength(),
        step.queryChunk(),
        step.passageChunk());
  }

  private void stateMemory(EncoderPair pair, ContrastiveStep contrastive) {
    pair.passage().gpu().ifPresent(gpu -> log.println("computing on " + gpu));
    long weights = pair.parameterBytes();
    long states = 2 * weights;
    long all = pair.memoryBytes() + contrastive.memoryBytes() + states;
    log.printf(
        Locale.ROOT,
        "training needs %d MB outside the heap: weights and gradients %d each, the optimiser's two"
            + " states %d, activations and scratch %d%n",
        (all >> 20) + 1,
        (weights >> 20) + 1,
        (states >> 20) + 1,
        (all - states - 2 * weights >> 20) + 1);
    log.flush();
  }

  private void goOn(TrainerState start, EncoderPair pair, AdamW optimizer) throws IOException {
    Path checkpoint = output.checkpoints().folder(start.step());
    pair.load(checkpoint);
    OptimizerFile.read(checkpoint, pair);
    optimizer.continueAfter(start.step());
    log.printf(
        Locale.ROOT,
        "%s: continuing after step %d of %d%n",
        checkpoint,
        start.step(),
        start.totalSteps());
    if (start.threads() != settings.kernels().threads()) {
      log.printf(
          Locale.ROOT,
          "it was made with %d threads: with %d the result agrees up to rounding, not bit by bit%n",
          start.threads(),
          settings.kernels().threads());
    }
    log.flush();
  }
}
