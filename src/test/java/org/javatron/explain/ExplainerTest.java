package org.javatron.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javatron.data.TextRecord;
import org.javatron.io.InputException;
import org.javatron.kernels.KernelSet;
import org.javatron.kernels.KernelSettings;
import org.javatron.model.RandomBert;
import org.javatron.testing.Peers;
import org.javatron.weights.Pooling;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainerTest {
  private static final Path MODEL = Peers.root().resolve("docs/model");
  private static final TextRecord QUERY =
      new TextRecord("q", null, "which planet is rusty, and has the tallest volcano?", null);
  private static final TextRecord PASSAGE =
      new TextRecord(
          "p",
          "Mars",
          "The reddish colour of Mars comes from iron oxide, that is, rust. Olympus Mons, an"
              + " extinct shield volcano, is the tallest known mountain on any planet.",
          null);

  @TempDir Path folder;

  private static ExplainSettings settings(Path model) {
    return new ExplainSettings(model, null, null, null, new KernelSettings(KernelSet.CPU, 2));
  }

  private static Explanation explained(Path model) throws IOException {
    try (Explainer explainer = Explainer.open(settings(model))) {
      return explainer.explain(QUERY, PASSAGE);
    }
  }

  @Test
  void piecesOfAWordAreJoinedAndAddedUp() throws IOException {
    Explanation explanation = explained(MODEL);
    List<Word> words = explanation.passage().words();
    assertEquals("[CLS]", words.get(0).text());
    assertEquals("[SEP]", words.get(words.size() - 1).text());
    Word olympus = words.stream().filter(word -> word.text().equals("olympus")).findFirst().get();
    assertTrue(olympus.tokens().size() > 1, olympus.toString());
    double sum = 0;
    for (Token token : olympus.tokens()) {
      sum += token.attribution();
    }
    assertEquals(sum, olympus.attribution());
    int tokens = words.stream().mapToInt(word -> word.tokens().size()).sum();
    assertEquals(tokens, explanation.passage().tokens().size());
  }

  @Test
  void theStrongestWordHasStrengthOne() throws IOException {
    ExplainedText query = explained(MODEL).query();
    List<Word> strongest = query.strongest(3);
    assertEquals(3, strongest.size());
    assertEquals(1, Math.abs(query.strength(strongest.get(0))));
    assertTrue(
        Math.abs(strongest.get(1).attribution()) >= Math.abs(strongest.get(2).attribution()));
  }

  @Test
  void textsAreCutWhereTheModelWouldCutThem() throws IOException {
    ExplainSettings settings =
        new ExplainSettings(MODEL, 5, 9, " ", new KernelSettings(KernelSet.CPU, 1));
    try (Explainer explainer = Explainer.open(settings)) {
      Explanation explanation = explainer.explain(QUERY, PASSAGE);
      assertEquals(5, explanation.query().tokens().size());
      assertEquals(9, explanation.passage().tokens().size());
      assertTrue(explanation.query().truncated() && explanation.passage().truncated());
    }
  }

  /** Two copies of one encoder are an untied model that scores alike. */
  @Test
  void anUntiedModelIsExplainedByBothItsEncoders() throws IOException {
    for (String side : List.of("query_model", "passage_model")) {
      Path encoder = Files.createDirectories(folder.resolve(side));
      try (var files = Files.list(MODEL)) {
        for (Path file : files.toList()) {
          Files.copy(file, encoder.resolve(file.getFileName().toString()));
        }
      }
    }
    assertEquals(explained(MODEL), explained(folder));
  }

  @Test
  void encodersOfDifferentWidthAreRefused() throws IOException {
    int hidden = 16;
    for (String side : List.of("query_model", "passage_model")) {
      Path encoder = folder.resolve(side);
      RandomBert.write(encoder, 1, hidden, 2, Pooling.MEAN, true);
      Files.copy(MODEL.resolve("vocab.txt"), encoder.resolve("vocab.txt"));
      hidden *= 2;
    }
    Exception error = assertThrows(InputException.class, () -> Explainer.open(settings(folder)));
    assertEquals(
        folder
            + ": the encoders' vectors should have one length, found 16 values for queries and 32"
            + " for passages",
        error.getMessage());
  }

  @Test
  void aLengthTheModelDoesNotTakeIsRefused() {
    ExplainSettings settings =
        new ExplainSettings(MODEL, 1000, null, null, new KernelSettings(KernelSet.CPU, 1));
    Exception error = assertThrows(InputException.class, () -> Explainer.open(settings));
    assertTrue(error.getMessage().startsWith("the maximum length must be between 3"));
  }

  /** PyTorch's autograd on the same model and tokens, in float64. */
  @Test
  @Tag("peers")
  void pytorchFindsTheSame() throws IOException {
    Explanation explanation = explained(MODEL);
    ObjectNode request = new ObjectMapper().createObjectNode();
    request.put("pooling", "mean").put("normalize", true);
    ids(request.putArray("query"), explanation.query());
    ids(request.putArray("passage"), explanation.passage());
    Path file = Files.writeString(folder.resolve("request.json"), request.toString());
    JsonNode peer =
        new ObjectMapper().readTree(Peers.run("src/test/python/token_attribution.py", MODEL, file));
    assertEquals(peer.get("score").doubleValue(), explanation.score(), 1e-6);
    compare(peer.get("query"), explanation.query());
    compare(peer.get("passage"), explanation.passage());
  }

  private static void ids(ArrayNode to, ExplainedText text) {
    text.tokens().forEach(token -> to.add(token.id()));
  }

  private static void compare(JsonNode peer, ExplainedText text) {
    double[] expected = new double[peer.size()];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = peer.get(i).doubleValue();
    }
    // float32 rounds by 6e-8, through four layers both ways.
    assertArrayEquals(
        expected, text.tokens().stream().mapToDouble(Token::attribution).toArray(), 2e-6);
  }
}
