package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.javatron.tokenize.AddedTokens.Match;
import org.junit.jupiter.api.Test;

class AddedTokensTest {
  private static AddedTokens of(String content, boolean word, boolean left, boolean right) {
    return new AddedTokens(List.of(new AddedToken(content, 9, word, left, right, false)));
  }

  @Test
  void theLongestFromTheLeft() {
    AddedTokens tokens =
        new AddedTokens(
            List.of(
                new AddedToken("ab", 1, false, false, false, false),
                new AddedToken("abc", 2, false, false, false, false),
                new AddedToken("ca", 3, false, false, false, false)));
    assertEquals(
        List.of(new Match(1, 0, 2), new Match(2, 3, 6), new Match(3, 7, 9)),
        tokens.find("abxabcxca"));
    assertFalse(tokens.mayOccurIn("xyzb"));
    assertTrue(tokens.mayOccurIn("xyzcx"));
  }

  @Test
  void singleWordsTouchNoLetter() {
    AddedTokens tokens = of("cat", true, false, false);
    assertEquals(
        List.of(new Match(9, 0, 3), new Match(9, 4, 7)),
        tokens.find("cat cat, cats bobcat cat\u0301"));
  }

  @Test
  void whiteSpaceGoesAlongWhereAsked() {
    assertEquals(List.of(new Match(9, 1, 6)), of("<m>", false, true, false).find("a \u00a0<m> b"));
    assertEquals(List.of(new Match(9, 3, 8)), of("<m>", false, false, true).find("a  <m>\t b"));
    // What one token took the next cannot take again.
    assertEquals(
        List.of(new Match(9, 0, 5), new Match(9, 5, 8)),
        of("<m>", false, true, true).find("<m>  <m>"));
  }

  @Test
  void anEmptyTokenIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> of("", false, false, false));
  }
}
