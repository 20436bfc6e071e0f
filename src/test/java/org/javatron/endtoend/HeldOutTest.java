package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.javatron.io.Progress;
import org.javatron.kernels.KernelSet;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.train.HeldOutEvaluation;
import org.javatron.train.HeldOutSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Held-out evaluation of everything is what encode, search and evaluate say. */
class HeldOutTest {
  @TempDir Path folder;

  @Test
  void theWholeCollectionsFigureIsThatOfTheCommands() throws IOException {
    WordVectorBert.write(Pipeline.COLLECTION, folder.resolve("checkpoint"));
    double expected =
        Pipeline.scores(folder.resolve("checkpoint"), folder).get("mrr@10").asDouble();
    Path model = folder.resolve("model");
    HeldOutSettings everything =
        new HeldOutSettings(
            Pipeline.COLLECTION.resolve("queries.tsv"),
            Pipeline.COLLECTION.resolve("qrels.tsv"),
            List.of(Pipeline.COLLECTION.resolve("corpus.tsv")),
            Integer.MAX_VALUE,
            0,
            7,
            128,
            128,
            " ",
            2);
    EncoderOptions options =
        new EncoderOptions(2, EncoderOptions.DEFAULT_MAX_TOKENS_PER_BATCH, KernelSet.CPU);
    try (Encoder encoder = Encoder.open(model, Encoder.Side.PASSAGE, options)) {
      HeldOutEvaluation evaluation =
          HeldOutEvaluation.open(
              everything, encoder.dim(), BertTokenizer.load(model), Progress.none());
      // The same vectors and products; equal scores, of which there are hardly any, may swap.
      assertEquals(expected, evaluation.mrr10(encoder, encoder), 1e-3);
    }
  }
}
