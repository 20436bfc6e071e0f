package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class FusedScannerTest {
  /** The reference: plain stages, greedy pieces. */
  private static StagedTokenizer reference(TokenizerOptions options) throws IOException {
    Vocabulary vocabulary = Golden.vocabulary();
    List<AddedToken> special =
        options.addedTokens().stream().map(t -> t.withId(vocabulary.id(t.content()))).toList();
    return new StagedTokenizer(
        vocabulary,
        options,
        new GreedyWordPiece(vocabulary, options),
        new AddedTokens(special),
        new AddedTokens(List.of()));
  }

  @Test
  void onePassGivesWhatThePlainStagesGive() throws IOException {
    for (TokenizerOptions options : Golden.kinds().values()) {
      StagedTokenizer reference = reference(options);
      BertTokenizer tokenizer = BertTokenizer.of(Golden.vocabulary(), options);
      for (String text : new RandomTexts(11).next(4_000)) {
        Pieces expected = reference.tokenize(text);
        int[] ids = Arrays.copyOf(expected.ids, expected.size);
        assertArrayEquals(ids, tokenizer.tokens(text, Integer.MAX_VALUE), text);
        Encoding places = tokenizer.encodeWithOffsets(text, Integer.MAX_VALUE);
        assertArrayEquals(ids, inner(places.ids()), text);
        assertArrayEquals(
            Arrays.copyOf(expected.starts, expected.size), inner(places.starts()), text);
        assertArrayEquals(Arrays.copyOf(expected.ends, expected.size), inner(places.ends()), text);
        int most = text.length() % (ids.length + 1);
        TokenBuffer buffer = new TokenBuffer();
        buffer.add(7);
        assertEquals(most < ids.length, tokenizer.tokens(text, most, buffer), text);
        assertEquals(1 + most, buffer.size(), text);
      }
    }
  }

  private static int[] inner(int[] values) {
    return Arrays.copyOfRange(values, 1, values.length - 1);
  }

  @Test
  void oneTokenizerServesManyThreads() throws Exception {
    BertTokenizer tokenizer = BertTokenizer.of(Golden.vocabulary(), TokenizerOptions.uncased());
    List<String> texts = new RandomTexts(12).next(3_000);
    List<int[]> expected = texts.stream().map(text -> tokenizer.encode(text, 64)).toList();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int offset = t * 311;
        Callable<Boolean> task =
            () -> {
              for (int i = 0; i < texts.size(); i++) {
                int k = (i + offset) % texts.size();
                if (!Arrays.equals(expected.get(k), tokenizer.encode(texts.get(k), 64))) {
                  return false;
                }
              }
              return true;
            };
        results.add(threads.submit(task));
      }
      for (Future<Boolean> result : results) {
        assertTrue(result.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void idsIntoABufferAllocateNothing() throws IOException {
    BertTokenizer tokenizer = BertTokenizer.of(Golden.vocabulary(), TokenizerOptions.uncased());
    String[] texts = {
      "a caper is a bud", "Café, na\u00efve; \u4e2d\u56fd \ud55c \ud83d\ude00!", "x".repeat(300)
    };
    TokenBuffer buffer = new TokenBuffer();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // The first rounds may load classes and grow the buffer.
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 3_000; i++) {
        buffer.clear();
        tokenizer.tokens(texts[i % texts.length], 512, buffer);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least < 1_000, least + " bytes in 3,000 calls");
  }

  /** Linear time: a word without spaces as long as a book, with every piece failing at its end. */
  @Test
  void aTextWithoutSpacesTakesNoLonger() throws IOException {
    BertTokenizer tokenizer = BertTokenizer.of(Golden.vocabulary(), TokenizerOptions.uncased());
    assertArrayEquals(
        new int[] {tokenizer.unknownId()}, tokenizer.tokens("abc".repeat(1_000_000), 10));
  }
}
