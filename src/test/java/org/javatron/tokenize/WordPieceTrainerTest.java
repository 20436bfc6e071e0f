package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.javatron.data.CorpusTexts;
import org.javatron.testing.Peers;
import org.javatron.testing.SharedData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordPieceTrainerTest {
  private static final int ALPHABET = 1000;

  private record Merge(int left, int right) {}

  private static WordCounts count(List<String> texts) {
    WordCounts counts = new WordCounts(TokenizerOptions.uncased());
    texts.forEach(counts::add);
    return counts;
  }

  private static List<String> train(List<String> texts, int size, int minFrequency) {
    return new WordPieceTrainer(size, minFrequency, ALPHABET, "").train(count(texts)).pieces();
  }

  private static List<String> after(List<String> pieces, int first) {
    return pieces.subList(WordPieceTrainer.SPECIAL_TOKENS.size() + first, pieces.size());
  }

  /** Few letters, so that words repeat and counts tie. */
  private static List<String> randomTexts(Random random) {
    List<String> texts = new ArrayList<>();
    int letters = 2 + random.nextInt(5);
    for (int t = 0; t < 5 + random.nextInt(40); t++) {
      StringBuilder text = new StringBuilder();
      for (int w = 0; w < random.nextInt(8); w++) {
        for (int c = 0; c < 1 + random.nextInt(7); c++) {
          text.append((char) ('a' + random.nextInt(letters)));
        }
        text.append(random.nextInt(6) == 0 ? ". " : " ");
      }
      texts.add(text.toString());
    }
    return texts;
  }

  @Test
  void theMostFrequentPairIsMergedFirst() {
    List<String> pieces = train(List.of("hug hug hug pug pug hugs"), 20, 2);
    assertEquals(WordPieceTrainer.SPECIAL_TOKENS, pieces.subList(0, 5));
    assertEquals(
        List.of("g", "h", "p", "s", "u", "##g", "##s", "##u"), after(pieces, 0).subList(0, 8));
    // ##u ##g comes 6 times, then h ##ug 4 times, p ##ug 2 times, hug ##s once.
    assertEquals(List.of("##ug", "hug", "pug"), after(pieces, 8));
  }

  @Test
  void equalCountsGoToThePieceThatStandsFirst() {
    List<String> pieces = train(List.of("cd ab ba cd ab ba"), 100, 1);
    assertEquals(List.of("ab", "ba", "cd"), after(pieces, 7));
  }

  @Test
  void mergesAreThoseOfAnImplementationThatCountsAllAnewEachTime() {
    Random random = new Random(42);
    for (int round = 0; round < 300; round++) {
      List<String> texts = randomTexts(random);
      int minFrequency = 1 + random.nextInt(3);
      int size = 25 + random.nextInt(60);
      assertEquals(
          naive(texts, size, minFrequency), train(texts, size, minFrequency), "round " + round);
    }
  }

  /** By the definition: count all pairs, take the best, merge it in all words, begin again. */
  private static List<String> naive(List<String> texts, int size, int minFrequency) {
    Map<String, Long> words = new HashMap<>(count(texts).words());
    Set<String> begin = new TreeSet<>();
    Set<String> inside = new TreeSet<>();
    for (String word : words.keySet()) {
      for (int i = 0; i < word.length(); i++) {
        begin.add(word.substring(i, i + 1));
        if (i > 0) {
          inside.add("##" + word.charAt(i));
        }
      }
    }
    List<String> pieces = new ArrayList<>(WordPieceTrainer.SPECIAL_TOKENS);
    pieces.addAll(begin);
    pieces.addAll(inside);
    Map<String, List<Integer>> cut = new HashMap<>();
    for (String word : words.keySet()) {
      List<Integer> ids = new ArrayList<>();
      for (int i = 0; i < word.length(); i++) {
        ids.add(pieces.indexOf((i == 0 ? "" : "##") + word.charAt(i)));
      }
      cut.put(word, ids);
    }
    List<Merge> learned = new ArrayList<>();
    while (pieces.size() < size) {
      Map<Merge, Long> pairs = new HashMap<>();
      cut.forEach(
          (word, ids) -> {
            for (int i = 1; i < ids.size(); i++) {
              pairs.merge(new Merge(ids.get(i - 1), ids.get(i)), words.get(word), Long::sum);
            }
          });
      // A pair that was merged before and formed again merges before all others.
      Merge best =
          pairs.keySet().stream()
              .min(
                  Comparator.comparing((Merge m) -> !learned.contains(m))
                      .thenComparing(pairs::get, Comparator.reverseOrder())
                      .thenComparingInt(Merge::left)
                      .thenComparingInt(Merge::right))
              .orElse(null);
      if (best == null || (pairs.get(best) < minFrequency && !learned.contains(best))) {
        break;
      }
      learned.add(best);
      String merged = pieces.get(best.left()) + pieces.get(best.right()).substring(2);
      if (!pieces.contains(merged)) {
        pieces.add(merged);
      }
      int id = pieces.indexOf(merged);
      cut.values()
          .forEach(
              ids -> {
                for (int i = 0; i + 1 < ids.size(); i++) {
                  if (ids.get(i) == best.left() && ids.get(i + 1) == best.right()) {
                    ids.set(i, id);
                    ids.remove(i + 1);
                  }
                }
              });
    }
    return pieces;
  }

  @Test
  void everyWordOfTheTextsHasPiecesWhereTheAlphabetHasItsCharacters() {
    Random random = new Random(7);
    RandomTexts randomTexts = new RandomTexts(7);
    for (int round = 0; round < 20; round++) {
      WordCounts counts = count(randomTexts.next(50));
      int limit = 20 + random.nextInt(400);
      List<String> pieces = new WordPieceTrainer(1500, 2, limit, "").train(counts).pieces();
      BertTokenizer tokenizer = BertTokenizer.of(Vocabulary.of(pieces), TokenizerOptions.uncased());
      int unknown = pieces.indexOf("[UNK]");
      Object2LongOpenHashMap<String> words = counts.words();
      for (String word : words.keySet()) {
        boolean known = word.codePoints().allMatch(c -> pieces.contains(Character.toString(c)));
        if (word.codePointCount(0, word.length()) <= 100) {
          TokenBuffer ids = new TokenBuffer();
          tokenizer.tokens(word, 1000, ids);
          boolean isUnknown = java.util.Arrays.stream(ids.toArray()).anyMatch(t -> t == unknown);
          assertEquals(!known, isUnknown, word);
        }
      }
    }
  }

  @Test
  void theOrderOfTheTextsDoesNotMatter() {
    Random random = new Random(3);
    List<String> texts = randomTexts(random);
    List<String> pieces = train(texts, 60, 1);
    Collections.shuffle(texts, random);
    assertEquals(pieces, train(texts, 60, 1));
  }

  @Test
  void wordsAreTheTokenizers() {
    WordCounts counts = count(List.of("Café,  CAFE\tcafé's 東京 [SEP]", "\u00a0x\u200b-y\n"));
    assertEquals(
        Map.ofEntries(
            Map.entry("cafe", 3L),
            Map.entry(",", 1L),
            Map.entry("'", 1L),
            Map.entry("s", 1L),
            Map.entry("東", 1L),
            Map.entry("京", 1L),
            Map.entry("[", 1L),
            Map.entry("sep", 1L),
            Map.entry("]", 1L),
            Map.entry("x", 1L),
            Map.entry("-", 1L),
            Map.entry("y", 1L)),
        counts.words());
  }

  @Test
  void rareCharactersAreLeftOutAndTheirNeighboursTouch() {
    WordCounts counts = count(List.of("axb axb ab ab ab ayb"));
    WordPieceTrainer.Result result = new WordPieceTrainer(100, 1, 2, "").train(counts);
    assertEquals(List.of("a", "b", "##b", "ab"), after(result.pieces(), 0));
    assertEquals(6, result.words());
    assertEquals(3, result.distinctWords());
    assertEquals(2, result.alphabet());
    assertEquals(2, result.dropped());
    assertEquals(6, result.leastFrequency());
    // Of equally rare characters the first stays; those asked for always do.
    assertEquals(
        List.of("a", "b", "x", "##b", "##x", "ab"),
        after(new WordPieceTrainer(11, 1, 3, "").train(count(List.of("axb ayb ab"))).pieces(), 0)
            .subList(0, 6)
            .stream()
            .toList());
    assertTrue(new WordPieceTrainer(100, 1, 3, "ö").train(counts).pieces().contains("ö"));
  }

  @Test
  void aPairBelowTheLeastFrequencyIsNotMerged() {
    assertFalse(train(List.of("ab ab cd"), 100, 2).contains("cd"));
    assertTrue(train(List.of("ab ab cd"), 100, 1).contains("cd"));
    assertEquals(
        0, new WordPieceTrainer(100, 2, 10, "").train(count(List.of("ab"))).leastFrequency());
  }

  @Test
  void aSizeThatTheAlphabetFillsIsRefused() {
    WordPieceTrainer trainer = new WordPieceTrainer(7, 1, 10, "");
    assertEquals(
        "7 pieces are too few: the special tokens and an alphabet of 2 characters, at a word's"
            + " beginning and inside, are 8",
        assertThrows(IllegalArgumentException.class, () -> trainer.train(count(List.of("ab"))))
            .getMessage());
    assertEquals(8, new WordPieceTrainer(8, 1, 10, "").train(count(List.of("ab"))).pieces().size());
    assertThrows(IllegalArgumentException.class, () -> new WordPieceTrainer(0, 1, 1, ""));
  }

  @Test
  @Tag("peers")
  @Tag("real-data")
  void theVocabularyOfRealTextsIsThatOfTheHuggingFaceTrainer(@TempDir Path folder)
      throws IOException {
    List<String> texts = new ArrayList<>();
    CorpusTexts.forEach(
        List.of(
            SharedData.path("boolq-marco/para.txt.gz"), SharedData.path("scifact/corpus.jsonl.gz")),
        text -> texts.add(text.replace('\n', ' ')));
    Path lines = Files.write(folder.resolve("texts"), texts);
    WordPieceTrainer.Result ours = new WordPieceTrainer(8000, 2, 300, "").train(count(texts));
    assertEquals(300, ours.alphabet());
    int merged = 5 + ours.alphabet();
    while (ours.pieces().get(merged).codePointCount(0, ours.pieces().get(merged).length()) == 3) {
      merged++;
    }
    Path first = Files.write(folder.resolve("first"), ours.pieces().subList(0, merged));
    Path theirs = folder.resolve("theirs");
    Peers.run("src/test/python/wordpiece_trainer.py", lines, 8000, 2, true, first, theirs);
    assertEquals(Files.readAllLines(theirs), ours.pieces());
  }
}
