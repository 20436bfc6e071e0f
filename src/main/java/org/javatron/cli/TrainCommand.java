package org.javatron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.kernels.Precision;
import org.javatron.model.TrainableOptions;
import org.javatron.train.CheckpointSettings;
import org.javatron.train.EvaluationSettings;
import org.javatron.train.ExampleSettings;
import org.javatron.train.HeldOutSettings;
import org.javatron.train.StepSettings;
import org.javatron.train.Trainer;
import org.javatron.train.TrainingSettings;
import org.javatron.train.TrainingSummary;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train}: a model and training rows in, a better model out. */
@Command(
    name = "train",
    description = "Trains a model on queries, positives and hard negatives.",
    footer = {
      "",
      "Rows are JSON lines: {\"query\": ..., \"positives\": [...], \"negatives\": [...]}, each text a"
          + " string or an array of token ids; Tevatron's data sets (positive_passages,"
          + " negative_passages) are read, too. Each query should tell its positive from its own"
          + " negatives and from all passages of the batch's other queries. The defaults are those of"
          + " Tevatron's coCondenser tutorial.",
      "",
      "OUTPUT becomes a model directory at the end. Until then it holds checkpoint-N and"
          + " metrics.jsonl; --resume goes on after the newest checkpoint, to the same weights as if"
          + " nothing had happened.",
      "",
      "Examples:",
      "  javatron train --model M --train rows.jsonl --output R",
      "  javatron train --model M --train bm25/ hn/ --output R --epochs 2 --resume",
      "  javatron train --model M --train rows.jsonl --output R --batch-size 512 \\",
      "      --query-chunk-size 64 --passage-chunk-size 64",
      "  javatron train --model M --train rows.jsonl --output R --eval-queries q.tsv \\",
      "      --eval-qrels qrels.tsv --eval-corpus corpus.tsv --eval-steps 200"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model directory to begin with, as convert writes it.")
  private Path model;

  @Option(
      names = "--train",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Training rows, or folders whose *.json and *.jsonl are taken by name.")
  private List<Path> files;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the trained model; made if missing.")
  private Path output;

  @Option(
      names = "--batch-size",
      defaultValue = "8",
      paramLabel = "N",
      description = "Queries in a batch (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--train-n-passages",
      defaultValue = "8",
      paramLabel = "N",
      description =
          "Passages of a query: a positive, the others negatives (default: ${DEFAULT-VALUE}).")
  private int passages;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How often the rows are gone through (default: 3).")
  private Double epochs;

  @Option(
      names = "--max-steps",
      paramLabel = "N",
      description = "Optimiser steps, in place of --epochs.")
  private Long maxSteps;

  @Mixin private OptimizerOptions optimizer;

  @Option(
      names = "--gradient-accumulation-steps",
      defaultValue = "1",
      paramLabel = "N",
      description = "Batches whose gradients are averaged in a step (default: ${DEFAULT-VALUE}).")
  private int accumulation;

  @Option(
      names = "--seed",
      defaultValue = "42",
      paramLabel = "N",
      description = "Decides order, passages and dropout (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--query-max-length",
      paramLabel = "N",
      description =
          "Most tokens of a query, [CLS] and [SEP] included (default: the model's: 32 unless"
              + " convert was told otherwise).")
  private Integer queryMaxLength;

  @Option(
      names = "--passage-max-length",
      paramLabel = "N",
      description =
          "Most tokens of a passage, [CLS] and [SEP] included (default: the model's: 128 unless"
              + " convert was told otherwise).")
  private Integer passageMaxLength;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      description =
          "What joins title and text of a passage (default: the model's: [SEP] unless convert was"
              + " told otherwise).")
  private String separator;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      paramLabel = "T",
      description = "What scores are divided by (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--normalize",
      description = "Scale vectors to length 1 (default: as the model says).")
  private boolean normalize;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Probability of dropout (default: config.json's).")
  private Double dropout;

  @Option(
      names = "--untie-encoder",
      description = "Train an encoder for queries and another for passages.")
  private boolean untie;

  @Option(
      names = "--query-chunk-size",
      paramLabel = "N",
      description =
          "GradCache: encode N queries at once, whatever the batch, in less memory for a third"
              + " more work (default: 4 if the other is given).")
  private Integer queryChunk;

  @Option(
      names = "--passage-chunk-size",
      paramLabel = "N",
      description = "GradCache: encode N passages at once (default: 32 if the other is given).")
  private Integer passageChunk;

  @Option(
      names = "--positive-passage-no-shuffle",
      description = "Always take a row's first positive, not another each epoch.")
  private boolean firstPositive;

  @Option(
      names = "--negative-passage-no-shuffle",
      description = "Always take a row's first negatives, not the next each epoch.")
  private boolean firstNegatives;

  @Option(
      names = "--save-steps",
      defaultValue = "500",
      paramLabel = "N",
      description = "Steps between checkpoints (default: ${DEFAULT-VALUE}).")
  private int saveSteps;

  @Option(
      names = "--save-total-limit",
      paramLabel = "N",
      description = "Keep the newest N checkpoints, and the best (default: all).")
  private Integer saveTotalLimit;

  @ArgGroup private Existing existing = new Existing();

  /** At most one of the two. */
  private static final class Existing {
    @Option(
        names = "--resume",
        description = "Go on after the newest checkpoint in the output, if there is one.")
    private boolean resume;

    @Option(names = "--force", description = "Replace an earlier training in the output.")
    private boolean force;
  }

  @ArgGroup(exclusive = false)
  private Evaluation evaluation;

  /** Given together. */
  private static final class Evaluation {
    @Option(
        names = "--eval-queries",
        required = true,
        paramLabel = "FILE",
        description = "Held-out queries: MRR@10 is shown during training, the best model kept.")
    private Path queries;

    @Option(
        names = "--eval-qrels",
        required = true,
        paramLabel = "FILE",
        description = "Which passages answer them.")
    private Path qrels;

    @Option(
        names = "--eval-corpus",
        required = true,
        arity = "1..*",
        paramLabel = "FILE",
        description = "The passages.")
    private List<Path> corpus;
  }

  @Option(
      names = "--eval-steps",
      paramLabel = "N",
      description = "Steps between evaluations (default: as --save-steps).")
  private Integer evalSteps;

  @Option(
      names = "--eval-sample",
      paramLabel = "N",
      description = "Most held-out queries to ask (default: ${DEFAULT-VALUE}).")
  private int evalSample = HeldOutSettings.DEFAULT_SAMPLE;

  @Option(
      names = "--eval-passages",
      paramLabel = "N",
      description =
          "Most passages to search, the judged ones among them; 0 for all (default:"
              + " ${DEFAULT-VALUE}).")
  private int evalPassages = HeldOutSettings.DEFAULT_PASSAGES;

  @Option(
      names = "--logging-steps",
      defaultValue = "10",
      paramLabel = "N",
      description = "Steps between lines of figures (default: ${DEFAULT-VALUE}).")
  private int loggingSteps;

  @Mixin private KernelsOption kernels;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    KernelSettings computing = kernels.checked();
    check(computing);
    boolean gradCache = queryChunk != null || passageChunk != null;
    TrainingSettings settings =
        new TrainingSettings(
            model,
            output,
            new ExampleSettings(
                files,
                passages,
                queryMaxLength,
                passageMaxLength,
                separator,
                !firstPositive,
                !firstNegatives),
            new StepSettings(
                batchSize,
                accumulation,
                chunk(gradCache, queryChunk, 4),
                chunk(gradCache, passageChunk, 32),
                temperature,
                normalize ? true : null,
                dropout,
                untie),
            optimizer.checked(),
            epochs == null ? 3 : epochs,
            maxSteps,
            seed,
            new CheckpointSettings(saveSteps, saveTotalLimit, existing.resume, existing.force),
            evaluation == null ? null : evaluationSettings(),
            loggingSteps,
            computing);
    print(new Trainer(settings, spec.commandLine().getErr()).run());
    kernels.printProfile(computing);
    return 0;
  }

  private static int chunk(boolean gradCache, Integer given, int otherwise) {
    return gradCache ? (given == null ? otherwise : given) : 0;
  }

  private EvaluationSettings evaluationSettings() {
    return new EvaluationSettings(
        evaluation.queries,
        evaluation.qrels,
        evaluation.corpus,
        evalSample,
        evalPassages,
        evalSteps == null ? saveSteps : evalSteps);
  }

  private void check(KernelSettings computing) {
    check(
        computing.precision() != Precision.FP16,
        "train computes in fp32 or bf16: the gradients of --precision fp16 would need scaling");
    check(
        computing.set() != KernelSet.CPU || computing.precision() == Precision.FP32,
        TrainableOptions.FP32_ON_A_CPU);
    atLeast("--batch-size", batchSize, 1);
    atLeast("--train-n-passages", passages, 1);
    atLeast("--gradient-accumulation-steps", accumulation, 1);
    atLeast("--max-steps", maxSteps, 1);
    atLeast("--query-max-length", queryMaxLength, 3);
    atLeast("--passage-max-length", passageMaxLength, 3);
    atLeast("--query-chunk-size", queryChunk, 1);
    atLeast("--passage-chunk-size", passageChunk, 1);
    atLeast("--save-steps", saveSteps, 1);
    atLeast("--save-total-limit", saveTotalLimit, 1);
    atLeast("--eval-steps", evalSteps, 1);
    atLeast("--eval-sample", evalSample, 1);
    atLeast("--eval-passages", evalPassages, 0);
    atLeast("--logging-steps", loggingSteps, 1);
    check(epochs == null || maxSteps == null, "--epochs and --max-steps exclude each other");
    check(batchSize * (long) passages > 1, "one query with one passage has nothing to learn from");
    positive("--epochs", epochs);
    positive("--temperature", temperature);
    range(
        "--dropout",
        dropout,
        dropout == null || dropout >= 0 && dropout < 1,
        "from 0 up to but not 1");
    check(
        evaluation != null || evalSteps == null,
        "--eval-steps goes with --eval-queries, --eval-qrels and --eval-corpus");
  }

  private void atLeast(String option, Number value, int least) {
    check(
        value == null || value.longValue() >= least,
        option + " must be " + least + " or more, not " + value);
  }

  private void positive(String option, Double value) {
    range(option, value, value == null || value > 0 && value < 1e9, "above 0");
  }

  private void range(String option, Double value, boolean right, String range) {
    check(right, option + " must be " + range + ", not " + value);
  }

  private void check(boolean right, String message) {
    if (!right) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private void print(TrainingSummary summary) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonAnswer.print(answer(summary), out);
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s: %d steps (%d now) in %.1f s, %.0f tokens/s%s%n",
        summary.output(),
        summary.steps(),
        summary.stepsNow(),
        summary.seconds(),
        summary.tokens() / Math.max(1e-9, summary.seconds()),
        Double.isNaN(summary.loss())
            ? ""
            : String.format(Locale.ROOT, ", loss %.4f", summary.loss()));
    if (summary.best() != null && summary.lastMrr() != null) {
      out.printf(
          Locale.ROOT,
          "held-out MRR@10: %.4f before training, %.4f at the end, best %.4f: %s%n",
          summary.firstMrr(),
          summary.lastMrr(),
          summary.best().mrr10(),
          summary.bestCheckpoint());
    }
    out.flush();
  }

  private static ObjectNode answer(TrainingSummary summary) {
    ObjectNode answer =
        JsonAnswer.object()
            .put("output", summary.output().toString())
            .put("steps", summary.steps())
            .put("steps_now", summary.stepsNow())
            .put("tokens", summary.tokens())
            .put("seconds", summary.seconds())
            .put("loss", Double.isNaN(summary.loss()) ? null : Double.valueOf(summary.loss()))
            .put("first_mrr@10", summary.firstMrr())
            .put("last_mrr@10", summary.lastMrr());
    if (summary.best() != null) {
      answer
          .putObject("best")
          .put("step", summary.best().step())
          .put("mrr@10", summary.best().mrr10())
          .put("checkpoint", summary.bestCheckpoint().toString());
    }
    return answer;
  }
}
