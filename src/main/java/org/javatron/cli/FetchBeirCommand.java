package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.javatron.fetch.BeirFetch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code javatron fetch beir}: a collection of BEIR. */
@Command(
    name = "beir",
    description = "Downloads a collection of BEIR.",
    footer = {
      "",
      "The archive is checked by its published MD5 and unpacked to DIR/NAME: corpus.jsonl,"
          + " queries.jsonl, qrels/test.tsv and what else there is.",
      "",
      "Example:",
      "  javatron fetch beir scifact --output beir"
    },
    mixinStandardHelpOptions = true)
final class FetchBeirCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description =
          "Its name at BEIR: arguana, climate-fever, cqadupstack, dbpedia-entity, fever, fiqa,"
              + " hotpotqa, msmarco, nfcorpus, nq, quora, scidocs, scifact, trec-covid,"
              + " webis-touche2020.")
  private String name;

  @Mixin private FetchOptions fetch;

  @Override
  public Integer call() throws IOException {
    Path collection =
        new BeirFetch(fetch.downloader(), fetch.sources()).run(name, fetch.output, fetch.force);
    fetch.out().println(collection);
    fetch.out().flush();
    return 0;
  }
}
