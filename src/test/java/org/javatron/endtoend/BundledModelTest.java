package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.javatron.cli.Main;
import org.javatron.testing.Peers;
import org.javatron.weights.ModelManifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README's first command does, with fewer steps of training. */
class BundledModelTest {
  /** What docs/model/README.md says; a score that moves by more has a reason to be looked for. */
  private static final double MRR = 0.2950;

  @TempDir Path folder;

  @Test
  void theDemoScoresAsTheModelsPageSaysAndTrainsWithoutHarm() throws Exception {
    Path docs = Peers.root().resolve("docs");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(err),
            "demo",
            "--model",
            docs.resolve("model").toString(),
            "--collection",
            docs.resolve("collection").toString(),
            "--output",
            folder.toString(),
            "--training-steps",
            "20");
    assertEquals(0, code, err.toString());
    List<Double> scores =
        Pattern.compile("mrr@10 +([0-9.]+)")
            .matcher(out.toString())
            .results()
            .map(match -> Double.valueOf(match.group(1)))
            .toList();
    assertEquals(2, scores.size(), out.toString());
    assertEquals(MRR, scores.get(0), 0.002);
    assertTrue(scores.get(1) > scores.get(0), "after training: " + scores.get(1));
  }

  @Test
  void itIsSmall() throws Exception {
    Path weights = Peers.root().resolve("docs/model/model.safetensors");
    long size = Files.size(weights);
    assertTrue(size > 2_000_000 && size < 4_000_000, size + " bytes");
    assertTrue(ModelManifest.read(weights.getParent()).normalize());
  }
}
