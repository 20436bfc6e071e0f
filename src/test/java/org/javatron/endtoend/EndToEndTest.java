package org.javatron.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From text to scores by the commands alone, against the same model in Transformers. */
class EndToEndTest {
  /** One query of 289 that swaps two near-tied ranks moves a mean by at most 0.5 / 289. */
  private static final double ONE_SWAP = 0.002;

  @TempDir Path folder;

  private static void assertScores(JsonNode expected, JsonNode found) {
    assertTrue(expected.size() >= 4, "metrics: " + expected);
    for (var metric : expected.properties()) {
      double value = found.get(metric.getKey()).asDouble();
      assertEquals(metric.getValue().asDouble(), value, ONE_SWAP, metric.getKey() + " of " + found);
    }
  }

  @Test
  void scoresAreTheRecordedOnes() throws IOException {
    WordVectorBert.write(Pipeline.COLLECTION, folder.resolve("checkpoint"));
    JsonNode found = Pipeline.scores(folder.resolve("checkpoint"), folder);
    assertScores(recorded(), found);
  }

  @Test
  @Tag("peers")
  void recordedScoresAreThoseOfSentenceTransformers() throws IOException {
    WordVectorBert.write(Pipeline.COLLECTION, folder);
    JsonNode peer = peer(folder);
    assertScores(recorded(), peer);
  }

  @Test
  @Tag("peers")
  void miniLmScoresLikeSentenceTransformers() throws IOException {
    assertScores(peer(Peers.miniLm()), Pipeline.scores(Peers.miniLm(), folder));
  }

  private static JsonNode recorded() throws IOException {
    try (InputStream file =
        EndToEndTest.class.getResourceAsStream("/golden/end-to-end/expected.json")) {
      return new ObjectMapper().readTree(file).get("metrics");
    }
  }

  private static JsonNode peer(Path checkpoint) throws IOException {
    String json = Peers.run("src/test/python/end_to_end.py", checkpoint, Pipeline.COLLECTION, 128);
    return new ObjectMapper()
        .readTree(json.lines().reduce((a, b) -> b).orElseThrow())
        .get("metrics");
  }
}
