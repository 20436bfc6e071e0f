package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.javatron.cli.Main;
import org.javatron.testing.Peers;

/** The commands a user types, from a checkpoint to the scores, inside this process. */
final class Pipeline {
  static final Path COLLECTION = Peers.root().resolve("docs/collection");
  static final String METRICS = "mrr@10,recall@10,recall@100,ndcg@10";

  private Pipeline() {}

  /** Runs a command and returns what it printed; a failure fails the test. */
  static String javatron(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    assertEquals(0, code, () -> String.join(" ", words) + "\n" + err);
    return out.toString();
  }

  /** Converts, encodes, searches and evaluates the bundled collection; the metrics by name. */
  static JsonNode scores(Path checkpoint, Path work) throws IOException {
    Path model = work.resolve("model");
    Path run = work.resolve("run.tsv");
    javatron("convert", "--model", checkpoint, "--output", model);
    for (String side : new String[] {"corpus", "queries"}) {
      javatron(
          "encode",
          "--model",
          model,
          "--" + side,
          COLLECTION.resolve(side + ".tsv"),
          "--output",
          work.resolve(side),
          "--separator",
          " ",
          side.equals("corpus") ? "--passage-max-length" : "--query-max-length",
          128);
    }
    javatron(
        "search",
        "--queries",
        work.resolve("queries"),
        "--passages",
        work.resolve("corpus"),
        "--depth",
        100,
        "--output",
        run);
    String json =
        javatron(
            "evaluate",
            "--run",
            run,
            "--qrels",
            COLLECTION.resolve("qrels.tsv"),
            "--metrics",
            METRICS,
            "--json");
    return new ObjectMapper().readTree(json).get("metrics");
  }
}
