package org.javatron.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code demo}: the whole job on a small collection, each step being the command a user would type,
 * shown before it runs.
 */
@Command(
    name = "demo",
    description = "Runs all of it on a small collection and shows rankings.",
    footer = {
      "",
      "Example (scripts/demo gives collection and output by itself):",
      "  javatron demo --model M --collection docs/collection --output target/demo"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private static final String DEPTH = "100";

  /** Columns of a command's lines, with room for the backslash at their end. */
  private static final int WIDTH = 78;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      defaultValue = "Luyu/co-condenser-marco-retriever",
      paramLabel = "DIR_OR_HUB_ID",
      description =
          "A Hugging Face BERT checkpoint: a folder or an id on the hub (default:"
              + " ${DEFAULT-VALUE}, 0.4 GB, downloaded once).")
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

  @Override
  public Integer call() throws IOException {
    Path corpus = collection.resolve("corpus.tsv");
    Path queries = collection.resolve("queries.tsv");
    Path qrels = collection.resolve("qrels.tsv");
    Path converted = output.resolve("model");
    Path passageEmbeddings = output.resolve("passages");
    Path queryEmbeddings = output.resolve("queries");
    Path run = output.resolve("run.tsv");

    String[][] steps = {
      words("convert --force", "--model", model, "--output", converted),
      words(
          "encode --force",
          "--model",
          converted,
          "--corpus",
          corpus,
          "--output",
          passageEmbeddings),
      words(
          "encode --force",
          "--model",
          converted,
          "--queries",
          queries,
          "--output",
          queryEmbeddings),
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
        hint(step);
        return code;
      }
    }
    new RankingSamples(corpus, queries, qrels).print(run, show, out());
    return step(
        words(
            "evaluate --metrics mrr@10,recall@10,recall@100,ndcg@10",
            "--run",
            run,
            "--qrels",
            qrels));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private int step(String[] words) {
    PrintWriter err = spec.commandLine().getErr();
    out().println("\n" + typed(words));
    out().flush();
    return Main.run(out(), err, words);
  }

  /**
   * The command as one would type it: quoted where needed, broken before options to fit a screen.
   */
  static String typed(String... words) {
    StringBuilder text = new StringBuilder("$ javatron");
    int lineStart = 0;
    for (int i = 0; i < words.length; i++) {
      boolean hasValue =
          words[i].startsWith("--") && i + 1 < words.length && !words[i + 1].startsWith("--");
      String part = hasValue ? words[i] + " " + quoted(words[++i]) : quoted(words[i]);
      if (text.length() - lineStart + 1 + part.length() > WIDTH) {
        text.append(" \\\n   ");
        lineStart = text.length() - 3;
      }
      text.append(' ').append(part);
    }
    return text.toString();
  }

  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private void hint(String[] failed) {
    if (failed[0].equals("convert")) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          "The demo needs a model: give one that is on this machine with --model FOLDER"
              + " (config.json, vocab.txt and model.safetensors or pytorch_model.bin).");
      err.flush();
    }
  }

  /** A command's words: options without values as one text, then names and values. */
  private static String[] words(String options, Object... namesAndValues) {
    String[] first = options.split(" ");
    String[] all = new String[first.length + namesAndValues.length];
    System.arraycopy(first, 0, all, 0, first.length);
    for (int i = 0; i < namesAndValues.length; i++) {
      all[first.length + i] = namesAndValues[i].toString();
    }
    return all;
  }
}
