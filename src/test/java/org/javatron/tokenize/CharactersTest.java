package org.javatron.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The table of characters against Java's own, where every version of Unicode must agree. */
class CharactersTest {
  @Test
  void decompositionsAreUnicodes() {
    int decomposed = 0;
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      int[] parts = Characters.decomposed(c);
      if (parts != null) {
        String java = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
        assertArrayEquals(java.codePoints().toArray(), parts, Integer.toHexString(c));
        decomposed++;
      }
    }
    assertEquals(2_060 + 11_172, decomposed);
  }

  @Test
  void lowerCaseIsUnicodesWithoutContext() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      int[] lowered = Characters.lowered(c);
      // The table knows letters that an older Java does not.
      if (lowered != null && Character.isDefined(c)) {
        String java = Character.toString(c).toLowerCase(Locale.ROOT);
        assertArrayEquals(java.codePoints().toArray(), lowered, Integer.toHexString(c));
      }
    }
    assertArrayEquals(new int[] {'i', 0x307}, Characters.lowered(0x130));
    assertNull(Characters.lowered('i'));
  }

  @Test
  void marksAndPunctuationAreUnicodes() {
    for (int c = 0x80; c <= Character.MAX_CODE_POINT; c++) {
      if (Characters.isMark(c)) {
        // A newer Java calls U+1734 a spacing mark; the table stays what the arbiter does.
        int type = Character.getType(c);
        assertTrue(
            type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK,
            Integer.toHexString(c));
      }
    }
    assertTrue(Characters.isPunctuation('$') && Characters.isPunctuation('_'));
    assertFalse(Characters.isPunctuation('€'));
    assertTrue(Characters.isPunctuation('¿') && Characters.isPunctuation('。'));
  }

  @Test
  void spacesAndRemovedCharacters() {
    assertTrue(Arrays.stream(new int[] {' ', '\t', 0xa0, 0x3000}).allMatch(Characters::isSpace));
    assertFalse(Characters.isSpace(0x200b));
    assertTrue(
        Arrays.stream(new int[] {0, 0xfffd, 0xad, 0x200b, 0xe000, 0xd800})
            .allMatch(Characters::isRemoved));
    assertFalse(Characters.isRemoved('\t') || Characters.isRemoved(0x378));
  }
}
