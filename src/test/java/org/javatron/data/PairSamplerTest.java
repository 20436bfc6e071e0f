package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairSamplerTest {
  private static final int ROUNDS = 4000;

  /** Spans of several sentences, each word of a document its own. */
  private static Document document(Random random) {
    List<String> spans = new ArrayList<>();
    int word = 0;
    for (int s = 0; s < 2 + random.nextInt(5); s++) {
      StringBuilder span = new StringBuilder();
      for (int i = 0; i < 2 + random.nextInt(4); i++) {
        span.append(span.length() == 0 ? "W" : " W").append(word++);
        for (int w = 0; w < 3 + random.nextInt(20); w++) {
          span.append(" w").append(word++);
        }
        span.append('.');
      }
      spans.add(span.toString());
    }
    return new Document("7", "", spans);
  }

  private static PairSampler sampler(double querySentence, double keepSentence) {
    return new PairSampler(new PairRules(querySentence, keepSentence, 12, 42));
  }

  @Test
  void aSentenceIsCutFromItsSpanAndTheRestStays() {
    Random random = new Random(1);
    PairSampler sampler = sampler(1, 0);
    for (int round = 0; round < 300; round++) {
      Document document = document(random);
      int span = random.nextInt(document.spans().size());
      PairSampler.Pair pair = sampler.sample(document, span);
      List<String> before = Sentences.words(document.spans().get(span));
      List<String> after = Sentences.words(pair.positive());
      List<String> query = Sentences.words(pair.query());
      assertTrue(query.size() >= 4 && query.size() <= 12, pair.query());
      assertTrue(document.spans().get(span).contains(pair.query()), pair.query());
      assertTrue(query.stream().noneMatch(after::contains), pair.toString());
      // What is gone is one sentence, and the query lies in it.
      List<String> gone = new ArrayList<>(before);
      gone.removeAll(after);
      assertTrue(String.join(" ", gone).contains(pair.query()), pair.toString());
      assertEquals(1, gone.stream().filter(word -> word.endsWith(".")).count());
      assertEquals(before.size(), gone.size() + after.size());
    }
  }

  @Test
  void aKeptSentenceLeavesTheSpanAsItIs() {
    Document document = document(new Random(2));
    assertEquals(document.spans().get(0), sampler(1, 1).sample(document, 0).positive());
  }

  @Test
  void sharesAreAsAskedFor() {
    Random random = new Random(3);
    PairSampler sampler = sampler(0.3, 0.25);
    Map<PairSampler.Kind, Integer> kinds = new EnumMap<>(PairSampler.Kind.class);
    int kept = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Document document = document(random);
      PairSampler.Pair pair = sampler.sample(document, 0);
      kinds.merge(pair.kind(), 1, Integer::sum);
      boolean whole = pair.positive().equals(document.spans().get(0));
      kept += pair.kind() == PairSampler.Kind.SENTENCE && whole ? 1 : 0;
    }
    double sentences = kinds.get(PairSampler.Kind.SENTENCE);
    assertEquals(0.3, sentences / ROUNDS, 0.03);
    assertEquals(0.25, kept / sentences, 0.05);
    assertEquals(ROUNDS, sentences + kinds.get(PairSampler.Kind.SPAN));
  }

  @Test
  void anotherSpanIsAnyOtherEquallyOften() {
    Document document = new Document("7", "", List.of("a", "b", "c", "d"));
    PairSampler sampler = sampler(0, 0);
    Map<String, Integer> queries = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      PairSampler.Pair pair = sampler.sample(document, 1);
      assertEquals("b", pair.positive());
      queries.merge(pair.query(), 1, Integer::sum);
    }
    assertFalse(queries.containsKey("b"));
    assertEquals(3, queries.size());
    queries.values().forEach(n -> assertEquals(ROUNDS / 3.0, n, ROUNDS * 0.05));
  }

  @Test
  void aTitleIsTheQueryOfItsPassage() {
    Document document = new Document("7", "Caper", List.of("It grows."));
    assertEquals(
        new PairSampler.Pair(PairSampler.Kind.TITLE, "Caper", "It grows."),
        sampler(0, 0).sample(document, 0));
    // There is no sentence to cut, so the title stands in; but not where only sentences are wanted.
    assertEquals(PairSampler.Kind.TITLE, sampler(0.99, 0).sample(document, 0).kind());
    assertNull(sampler(1, 0).sample(document, 0));
  }

  @Test
  void whatHasNeitherTitleNorOtherSpanGivesASentenceOrNothing() {
    Document document = new Document("7", "", List.of("One two three four. Five six seven eight."));
    assertEquals(PairSampler.Kind.SENTENCE, sampler(0.01, 0).sample(document, 0).kind());
    assertNull(sampler(0, 0).sample(document, 0));
    assertNull(sampler(0.5, 0).sample(new Document("8", "", List.of("Too short.")), 0));
  }

  @Test
  void aSpanWithoutItsOnlyLongSentenceWouldBeTooShort() {
    Document document = new Document("7", "", List.of("One two three four five. Six. Seven!"));
    assertNull(sampler(1, 0).sample(document, 0));
  }

  @Test
  void rulesOutsideTheirRangesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new PairRules(1.5, 0, 12, 1));
    assertThrows(IllegalArgumentException.class, () -> new PairRules(0, Double.NaN, 12, 1));
    assertThrows(IllegalArgumentException.class, () -> new PairRules(0, 0, 3, 1));
  }
}
