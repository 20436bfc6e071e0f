package org.javatron.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;
import org.javatron.testing.Peers;
import org.javatron.tokenize.BertTokenizer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What training leaves behind is a model that others open, too. */
@Tag("peers")
class TrainedModelPeersTest {
  private static final List<String> TEXTS = List.of("what is q3", "a p3", "p7 is a p8 is a p9");

  @TempDir Path folder;

  @Test
  void transformersGivesTheSameVectors() throws IOException {
    Path trained = train(false);
    requireSame(trained, trained, Encoder.Side.PASSAGE);
    Path untied = train(true);
    requireSame(untied.resolve("query_model"), untied, Encoder.Side.QUERY);
    requireSame(untied.resolve("passage_model"), untied, Encoder.Side.PASSAGE);
  }

  private Path train(boolean untie) throws IOException {
    Path work = Files.createDirectories(folder.resolve("untie-" + untie));
    Path model = TinyTask.model(work.resolve("model"), 0.1);
    Path trained = work.resolve("trained");
    TrainingSettings settings =
        new TrainingSettings(
            model,
            trained,
            new ExampleSettings(
                List.of(TinyTask.rows(work.resolve("rows.jsonl"), TinyTask.TOPICS)),
                4,
                null,
                null,
                null,
                true,
                true),
            new StepSettings(8, 1, 0, 0, 1, null, null, untie),
            new OptimizerSettings(5e-3, 0.1, 1, 0, 0.9, 0.999, 1e-8),
            3,
            20L,
            42,
            new CheckpointSettings(500, null, false, false),
            null,
            10,
            new KernelSettings(KernelSet.CPU, 2));
    new Trainer(settings, new PrintWriter(new StringWriter())).run();
    return trained;
  }

  private static void requireSame(Path opened, Path trained, Encoder.Side side) throws IOException {
    List<String> lines =
        Peers.run(
                "src/test/python/trained_model.py",
                opened,
                TEXTS.get(0),
                TEXTS.get(1),
                TEXTS.get(2))
            .strip()
            .lines()
            .toList();
    List<String> answers = lines.subList(lines.size() - TEXTS.size(), lines.size());
    BertTokenizer tokenizer = BertTokenizer.load(opened);
    try (Encoder encoder = Encoder.open(trained, side, new EncoderOptions(2, 64, KernelSet.CPU))) {
      for (int i = 0; i < TEXTS.size(); i++) {
        float[] ours = new float[encoder.dim()];
        encoder.encode(List.of(tokenizer.encode(TEXTS.get(i), 12)), ours, 0);
        JsonNode theirs = new ObjectMapper().readTree(answers.get(i));
        for (int d = 0; d < ours.length; d++) {
          // Both float32, values of about 1, sums of a few dozen terms.
          assertEquals(theirs.get(d).doubleValue(), ours[d], 1e-5);
        }
      }
    }
  }
}
