package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.javatron.data.Qrels;
import org.javatron.mine.CandidateSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code javatron build-train}: training rows of BM25's negatives. */
@Command(
    name = "build-train",
    description = "Makes training rows: queries, positives, sampled negatives.",
    footer = {
      "",
      "Rows are written to OUTPUT/split00.json, split01.json, ..., one JSON object a line, as"
          + " Tevatron's build_train.py writes them. Texts are looked up in temporary files in"
          + " OUTPUT, which takes room for the corpus on its disk and no memory that grows with it.",
      "",
      "Examples:",
      "  javatron build-train --queries train.query.txt --qrels qrels.train.tsv \\",
      "    --corpus para.txt --negatives-file qidpidtriples.train.full.2.tsv \\",
      "    --model M --output rows"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BuildTrainCommand implements Callable<Integer> {
  @Mixin private RowOptions rows;

  @Option(
      names = "--negatives-file",
      paramLabel = "FILE",
      description =
          "Negatives (query, tab, passages parted by commas) or triples (query, positive,"
              + " negative), told by the columns; without it rows have no negatives but those of"
              + " the batch.")
  private Path negativesFile;

  @Override
  public Integer call() throws IOException {
    rows.check();
    Outputs.checkShards(rows.output, ".json", rows.force);
    Qrels qrels = Qrels.read(rows.qrels);
    CandidateSource source;
    if (negativesFile == null) {
      source = CandidateSource.none(qrels);
      rows.withoutNegatives();
    } else {
      source = CandidateSource.file(negativesFile);
    }
    rows.write(source, qrels, ".json", Integer.MAX_VALUE, null, rows::counting);
    return 0;
  }
}
