package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.javatron.fetch.MarcoFetch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code javatron fetch marco}: MS MARCO's passages as the tutorial prepares them. */
@Command(
    name = "marco",
    description = "Downloads MS MARCO with titles, and prepares it as the tutorial does.",
    footer = {
      "",
      "Texts (para.txt, para.title.txt, train.query.txt, dev.query.txt) come from RocketQA's"
          + " archive, judgements (qrels.train.tsv, qrels.dev.tsv, qrels.dev.small.tsv) and triples"
          + " from MS MARCO. Made of them: corpus.tsv (id, title, text) and train.negatives.tsv"
          + " (query, its negatives). About 7 GB are downloaded and 20 GB of disk are taken; the"
          + " folder downloads may be deleted afterwards.",
      "",
      "Example:",
      "  javatron fetch marco --output marco"
    },
    mixinStandardHelpOptions = true)
final class FetchMarcoCommand implements Callable<Integer> {
  @Mixin private FetchOptions fetch;

  @Option(
      names = "--no-triples",
      description = "Leave out the triples, the largest file, and the negatives made of them.")
  private boolean noTriples;

  @Override
  public Integer call() throws IOException {
    Map<Path, String> files =
        new MarcoFetch(fetch.downloader(), fetch.sources())
            .run(fetch.output, !noTriples, fetch.force);
    files.forEach((file, content) -> fetch.out().println(file + ": " + content));
    fetch.out().flush();
    return 0;
  }
}
