package org.javatron.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.javatron.data.CorpusReader;
import org.javatron.data.TextRecord;
import org.javatron.explain.ExplainSettings;
import org.javatron.explain.ExplainedText;
import org.javatron.explain.Explainer;
import org.javatron.explain.Explanation;
import org.javatron.explain.ExplanationPage;
import org.javatron.io.InputException;
import org.javatron.kernels.Device;
import org.javatron.kernels.KernelSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code javatron explain}: which words of a query and a passage move their score. */
@Command(
    name = "explain",
    description = "Shows which words of a query and a passage move their score.",
    footer = {
      "",
      "A word's number is the gradient of the score with respect to its embedding, times the"
          + " embedding: with the embedding scaled by 1 + h the score changes by about h times the"
          + " number. A long word is several tokens; their numbers are added up.",
      "",
      "Examples:",
      "  javatron explain --model M --query 'red planet' \\",
      "    --passage 'Mars is full of rust.'",
      "  javatron explain --model M --queries q.tsv --query 1002 \\",
      "    --corpus corpus.tsv --passage 6 --html why.html"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model directory, as convert writes it.")
  private Path model;

  @Option(
      names = "--query",
      required = true,
      paramLabel = "TEXT",
      description = "The query; with --queries its id.")
  private String query;

  @Option(
      names = "--passage",
      required = true,
      paramLabel = "TEXT",
      description = "The passage; with --corpus its id.")
  private String passage;

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description = "Where the query is, in a form that encode takes.")
  private Path queries;

  @Option(
      names = "--corpus",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Where the passage is, in a form that encode takes.")
  private List<Path> corpus;

  @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with all words.")
  private Path html;

  @Option(
      names = "--show",
      defaultValue = "10",
      paramLabel = "N",
      description = "Words of each text to list, strongest first (default: ${DEFAULT-VALUE}).")
  private int show;

  @Option(
      names = "--query-max-length",
      paramLabel = "N",
      description = "Most tokens of a query, [CLS] and [SEP] included (default: the model's).")
  private Integer queryMaxLength;

  @Option(
      names = "--passage-max-length",
      paramLabel = "N",
      description = "Most tokens of a passage, [CLS] and [SEP] included (default: the model's).")
  private Integer passageMaxLength;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      description = "What joins title and text of a passage (default: the model's).")
  private String separator;

  @Option(
      names = "--color",
      negatable = true,
      description = "Colours, or none (default: on a terminal, if NO_COLOR is not set).")
  private Boolean color;

  @Mixin private ThreadsOption threads;

  @Option(names = "--force", description = "Replace an existing page.")
  private boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (show < 0) {
      throw new ParameterException(spec.commandLine(), "--show must be 0 or more, not " + show);
    }
    KernelSettings kernels =
        new KernelSettings(Device.kernels(null, null, Device.ofNd4j()), threads.checked());
    if (html != null) {
      Outputs.check(html, force);
    }
    TextRecord asked = text(query, queries == null ? null : List.of(queries), "query");
    TextRecord found = text(passage, corpus, "passage");
    ExplainSettings settings =
        new ExplainSettings(model, queryMaxLength, passageMaxLength, separator, kernels);
    try (Explainer explainer = Explainer.open(settings)) {
      Explanation explanation = explainer.explain(asked, found);
      if (html != null) {
        ExplanationPage.write(explanation, model.toString(), html);
      }
      print(explanation);
    }
    return 0;
  }

  /** The text itself, or the one of this id. */
  private static TextRecord text(String given, List<Path> files, String what) throws IOException {
    if (files == null) {
      return new TextRecord(null, null, given, null);
    }
    try (CorpusReader reader = CorpusReader.open(files)) {
      for (TextRecord text = reader.next(); text != null; text = reader.next()) {
        if (text.id().equals(given)) {
          return text;
        }
      }
    }
    throw new InputException(files.get(0) + " has no " + what + " with the id " + given);
  }

  private void print(Explanation explanation) throws IOException {
    if (!json) {
      boolean coloured = color == null ? ExplanationText.terminal() : color;
      new ExplanationText(show, coloured).print(explanation, spec.commandLine().getOut());
      return;
    }
    ObjectNode answer = JsonAnswer.object().put("score", explanation.score());
    describe(answer.putObject("query"), explanation.query());
    describe(answer.putObject("passage"), explanation.passage());
    JsonAnswer.print(answer, spec.commandLine().getOut());
  }

  private static void describe(ObjectNode to, ExplainedText text) {
    to.put("id", text.id()).put("truncated", text.truncated());
    ArrayNode words = to.putArray("words");
    text.words()
        .forEach(
            word -> {
              ObjectNode entry = words.addObject().put("word", word.text());
              entry.put("attribution", word.attribution());
              ArrayNode tokens = entry.putArray("tokens");
              word.tokens()
                  .forEach(
                      token ->
                          tokens
                              .addObject()
                              .put("token", token.piece())
                              .put("id", token.id())
                              .put("attribution", token.attribution()));
            });
  }
}
