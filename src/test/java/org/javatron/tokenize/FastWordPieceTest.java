package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FastWordPieceTest {
  private static int[] cut(WordPiece wordPiece, String word) {
    TokenBuffer out = new TokenBuffer();
    int[] codePoints = word.codePoints().toArray();
    wordPiece.tokenize(codePoints, 0, codePoints.length, out);
    return out.toArray();
  }

  /** The paper's running example: abcdx fails late, after pieces that looked certain. */
  @Test
  void thePapersExample() {
    Vocabulary vocabulary =
        Vocabulary.of(List.of("[UNK]", "a", "abcdx", "##b", "##c", "##cdy", "##dz"));
    WordPiece fast = new FastWordPiece(vocabulary, TokenizerOptions.uncased());
    assertArrayEquals(new int[] {2}, cut(fast, "abcdx"));
    assertArrayEquals(new int[] {1, 3, 5}, cut(fast, "abcdy"));
    assertArrayEquals(new int[] {1, 3, 4, 6}, cut(fast, "abcdz"));
    assertArrayEquals(new int[] {0}, cut(fast, "abcd"));
    assertArrayEquals(new int[] {0}, cut(fast, "abcdw"));
  }

  /** Few letters and many pieces: words in which every failure link is taken. */
  @Test
  void cutsAsTheGreedyDefinitionDoes() {
    Random random = new Random(20260101);
    int unknowns = 0;
    int words = 0;
    for (int round = 0; round < 300; round++) {
      String prefix = new String[] {"##", "##", "@", ""}[random.nextInt(4)];
      Set<String> tokens = new LinkedHashSet<>(List.of("[UNK]"));
      int letters = 1 + random.nextInt(4);
      for (int i = random.nextInt(40); i >= 0; i--) {
        String piece = word(random, letters, 1 + random.nextInt(6));
        tokens.add(random.nextBoolean() ? piece : prefix + piece);
      }
      Vocabulary vocabulary = Vocabulary.of(new ArrayList<>(tokens));
      TokenizerOptions options = options(prefix);
      WordPiece greedy = new GreedyWordPiece(vocabulary, options);
      WordPiece fast = new FastWordPiece(vocabulary, options);
      for (int i = 0; i < 300; i++) {
        String word = (i % 10 == 0 ? prefix : "") + word(random, letters + 1, 1 + i % 14);
        int[] expected = cut(greedy, word);
        assertArrayEquals(expected, cut(fast, word), word + " with " + tokens);
        unknowns += Arrays.equals(expected, new int[] {0}) ? 1 : 0;
        words++;
      }
    }
    // Neither outcome may be so rare that the test proves nothing.
    assertEquals(0.7, unknowns / (double) words, 0.25);
  }

  /** Letters of one and of two chars, and now and then one that no piece has. */
  private static String word(Random random, int letters, int length) {
    String[] alphabet = {"a", "b", "\ud835\udcb3", "é", "#"};
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append(alphabet[random.nextInt(Math.min(letters, alphabet.length))]);
    }
    return word.toString();
  }

  private static TokenizerOptions options(String continuation) {
    TokenizerOptions o = TokenizerOptions.uncased();
    return new TokenizerOptions(
        o.cleanText(),
        o.spaceChinese(),
        o.stripAccents(),
        o.lowercase(),
        o.unknown(),
        o.cls(),
        o.separator(),
        o.padding(),
        o.mask(),
        continuation,
        12,
        o.maxLength(),
        o.addedTokens());
  }
}
