package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.command.TypedCommand;
import org.javatron.data.RankingSamples;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code demo}: the whole job on a small collection, each step being the command a user would type,
 * shown before it runs: encode, search, evaluate; then fine-tune on the collection's own passages
 * and do it again.
 */
@Command(
    name = "demo",
    description = "Runs all of it on a small collection, then fine-tunes.",
    footer = {
      "",
      "Example (scripts/demo gives collection and output by itself):",
      "  javatron demo --model docs/model --collection docs/collection \\",
      "    --output target/demo"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private static final String DEPTH = "100";
  private static final String METRICS = "--metrics mrr@10,recall@10,recall@100,ndcg@10";

  /** A sentence of a passage asks for the rest of it. */
  private static final String PAIRS = "--query-sentence 1";

  /** No negatives but the batch's own. */
  private static final String TRAINING =
      "--batch-size 32 --train-n-passages 1 --learning-rate 2e-4 --temperature 0.05";

  /** Best passages to show of a question. */
  private static final int PASSAGES = 3;

  /** Characters of a passage that leave a line within 80 columns. */
  private static final int WIDTH = 65;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR_OR_HUB_ID",
      description =
          "A Hugging Face BERT checkpoint: a folder, or an id on the hub (scripts/demo gives the"
              + " bundled model).")
  private String model;

  @Option(
      names = "--collection",
      required = true,
      paramLabel = "DIR",
      description = "Folder with corpus.tsv, queries.tsv and qrels.tsv.")
  private Path collection;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where model, embeddings and run are written; replaced by the next demo.")
  private Path output;

  @Option(
      names = "--show",
      defaultValue = "5",
      paramLabel = "N",
      description =
          "How many questions to show with their best passages (default: ${DEFAULT-VALUE}).")
  private int show;

  @Option(
      names = "--training-steps",
      defaultValue = "100",
      paramLabel = "N",
      description =
          "Steps of fine-tuning, half a minute for the bundled model; 0 leaves it out (default:"
              + " ${DEFAULT-VALUE}).")
  private int trainingSteps;

  @Override
  public Integer call() throws IOException {
    Path before = output.resolve("model");
    int code = step(words("convert --force", "--model", model, "--output", before));
    if (code != 0) {
      hint();
      return code;
    }
    code = retrieve(before, "", show);
    if (code != 0 || trainingSteps == 0) {
      return code;
    }
    Path rows = output.resolve("rows.jsonl");
    Path after = output.resolve("tuned");
    out().println("\nNow the model learns from the collection: no judgements, only its passages.");
    code = step(words("pairs --force " + PAIRS, "--corpus", corpus(), "--output", rows));
    if (code == 0) {
      String options = "train --force " + TRAINING + " --max-steps " + trainingSteps;
      code = step(words(options, "--model", before, "--train", rows, "--output", after));
    }
    return code == 0 ? retrieve(after, "-tuned", 0) : code;
  }

  private Path corpus() {
    return collection.resolve("corpus.tsv");
  }

  /** From a model to scores, and rankings of some questions. */
  private int retrieve(Path encoder, String suffix, int shown) throws IOException {
    Path queries = collection.resolve("queries.tsv");
    Path qrels = collection.resolve("qrels.tsv");
    Path passageEmbeddings = output.resolve("passages" + suffix);
    Path queryEmbeddings = output.resolve("queries" + suffix);
    Path run = output.resolve("run" + suffix + ".tsv");
    String[] encode = words("encode --force", "--model", encoder);
    String[][] steps = {
      and(encode, "--corpus", corpus(), "--output", passageEmbeddings),
      and(encode, "--queries", queries, "--output", queryEmbeddings),
      words(
          "search --force --depth " + DEPTH,
          "--queries",
          queryEmbeddings,
          "--passages",
          passageEmbeddings,
          "--output",
          run),
    };
    for (String[] step : steps) {
      int code = step(step);
      if (code != 0) {
        return code;
      }
    }
    if (shown > 0) {
      print(new RankingSamples(List.of(corpus()), queries, qrels).pick(run, shown, PASSAGES));
    }
    return step(words("evaluate " + METRICS, "--run", run, "--qrels", qrels));
  }

  /** Each question with its best passages, the judged ones marked. */
  private void print(List<RankingSamples.Sample> samples) {
    out().println();
    for (RankingSamples.Sample sample : samples) {
      out().println(sample.query());
      for (RankingSamples.Passage passage : sample.passages()) {
        out()
            .printf(
                Locale.ROOT,
                "  %d %s %6.3f  %s%n",
                passage.rank(),
                passage.relevant() ? "*" : " ",
                passage.score(),
                line(passage));
      }
      out().println();
    }
    out().println("(* judged relevant)");
    out().flush();
  }

  private static String line(RankingSamples.Passage passage) {
    boolean titled = passage.title() != null && !passage.title().isEmpty();
    String text = titled ? passage.title() + ": " + passage.text() : passage.text();
    if (text.length() <= WIDTH) {
      return text;
    }
    int end = text.lastIndexOf(' ', WIDTH - 3);
    return text.substring(0, end < WIDTH / 2 ? WIDTH - 3 : end) + "...";
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private int step(String[] words) {
    PrintWriter err = spec.commandLine().getErr();
    out().println("\n$ " + TypedCommand.of(List.of(words)));
    out().flush();
    return Main.run(out(), err, words);
  }

  private void hint() {
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "The demo needs a model: give one that is on this machine with --model FOLDER"
            + " (config.json, vocab.txt and model.safetensors or pytorch_model.bin).");
    err.flush();
  }

  private static String[] and(String[] words, Object... more) {
    String[] all = Arrays.copyOf(words, words.length + more.length);
    for (int i = 0; i < more.length; i++) {
      all[words.length + i] = more[i].toString();
    }
    return all;
  }

  /** A command's words: options without values as one text, then names and values. */
  private static String[] words(String options, Object... namesAndValues) {
    return and(options.split(" "), namesAndValues);
  }
}
