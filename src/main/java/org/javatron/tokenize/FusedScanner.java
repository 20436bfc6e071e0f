package org.javatron.tokenize;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;

/**
 * Normalizes, splits and cuts in one pass over the text's chars, allocating nothing.
 *
 * <p>What normalization makes of a character depends on that character alone, but for the sorting
 * of marks. So a table says, per character, what to do: go down the trie by a symbol, end the word,
 * and so on. Text in which marks that stay might have to be sorted (a few Indic and musical signs)
 * is left to {@link StagedTokenizer}, the reference for all of this.
 */
final class FusedScanner {
  /** What came of a scan. */
  enum Result {
    /** All tokens are there. */
    WHOLE,
    /** There are more tokens than were asked for. */
    CUT,
    /** The text needs sorting of marks; the tokens so far are to be thrown away. */
    NEEDS_SORTING
  }

  // An action >= 0 is a letter: its symbol. Others have a kind in the lowest bits and a value
  // above.
  private static final int REMOVED = 0;
  private static final int SPACE = 1;
  private static final int ALONE = 2; // a word of its own, its token's id as value
  private static final int SEVERAL = 3; // a list of actions, its place in lists as value
  private static final int SURROGATE = 4;
  private static final int SORTED = 5;
  private static final int KIND_MASK = 7;
  private static final int KIND_BITS = 3;
  private static final int SURROGATE_ACTION = action(SURROGATE, 0);

  private static final int PAGE_BITS = 8;
  private static final int PAGE = 1 << PAGE_BITS;

  private final TokenizerOptions options;
  private final FastWordPiece wordPiece;
  private final int[] basic = new int[Character.MIN_SUPPLEMENTARY_CODE_POINT];
  private final int[][] supplementary;

  /** Lists of actions, each after its length. */
  private final int[] lists;

  /** Letters of each token, by id, the mark of a piece inside a word counted in. */
  private final int[] pieceLengths;

  private final int continuationLength;

  FusedScanner(Vocabulary vocabulary, FastWordPiece wordPiece, TokenizerOptions options) {
    this.options = options;
    this.pieceLengths = new int[vocabulary.size()];
    for (int id = 0; id < pieceLengths.length; id++) {
      String token = vocabulary.token(id);
      pieceLengths[id] = token == null ? 0 : token.codePointCount(0, token.length());
    }
    String continuation = options.continuation();
    this.continuationLength = continuation.codePointCount(0, continuation.length());
    this.wordPiece = wordPiece;
    IntArrayList listed = new IntArrayList();
    for (int c = 0; c < basic.length; c++) {
      basic[c] = Character.isSurrogate((char) c) ? SURROGATE_ACTION : action(c, listed);
    }
    this.supplementary = supplementary(listed);
    this.lists = listed.toIntArray();
  }

  /**
   * Appends the tokens of a part of a text, added tokens not looked for.
   *
   * @param chars holds the text
   * @param most stop once the buffer holds more ids than this, and cut them to it
   * @param places takes the tokens' places; null if nobody asks
   */
  Result scan(char[] chars, int from, int to, int most, TokenBuffer out, Places places) {
    FastWordPiece pieces = wordPiece;
    int wordStart = out.size;
    int state = pieces.start;
    int length = 0;
    for (int i = from, next; i < to; i = next) {
      next = i + 1;
      int action = basic[chars[i]];
      if (action == SURROGATE_ACTION) {
        int codePoint = Character.codePointAt(chars, i, to);
        next = i + Character.charCount(codePoint);
        action = rare(codePoint);
      }
      if (action >= 0) {
        state = pieces.step(state, action, wordStart, out);
        length++;
        if (places != null) {
          places.letter(i, next);
        }
        continue;
      }
      int kind = action & KIND_MASK;
      if (kind == REMOVED) {
        continue;
      }
      if (kind == SORTED) {
        return Result.NEEDS_SORTING;
      }
      // One action, or the parts of one character that normalization makes several of.
      int part = kind == SEVERAL ? value(action) + 1 : 0;
      int end = kind == SEVERAL ? part + lists[part - 1] : 1;
      for (; part < end; part++) {
        int simple = kind == SEVERAL ? lists[part] : action;
        if (simple >= 0) {
          state = pieces.step(state, simple, wordStart, out);
          length++;
          if (places != null) {
            places.letter(i, next);
          }
          continue;
        }
        if (length > 0) {
          endWord(state, length, wordStart, out, places);
        }
        if ((simple & KIND_MASK) == ALONE) {
          if (places != null) {
            places.token(out.size, i, next);
          }
          out.add(value(simple));
        }
        state = pieces.start;
        length = 0;
        wordStart = out.size;
      }
      if (wordStart > most) {
        out.size = most;
        return Result.CUT;
      }
    }
    if (length > 0) {
      endWord(state, length, wordStart, out, places);
    }
    if (out.size > most) {
      out.size = most;
      return Result.CUT;
    }
    return Result.WHOLE;
  }

  private void endWord(int state, int length, int wordStart, TokenBuffer out, Places places) {
    wordPiece.finish(length > wordPiece.maxWordLength ? wordPiece.dead : state, wordStart, out);
    if (places != null) {
      places.endWord(out, wordStart, pieceLengths, continuationLength);
    }
  }

  private int rare(int codePoint) {
    // Half a pair stands alone: what the table of characters says of it.
    if (codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
      return options.cleanText() ? action(REMOVED, 0) : 0;
    }
    int offset = codePoint - Character.MIN_SUPPLEMENTARY_CODE_POINT;
    return supplementary[offset >> PAGE_BITS][offset & (PAGE - 1)];
  }

  private static int action(int kind, int value) {
    return Integer.MIN_VALUE | value << KIND_BITS | kind;
  }

  private static int value(int action) {
    return (action & Integer.MAX_VALUE) >> KIND_BITS;
  }

  private int[][] supplementary(IntArrayList listed) {
    int[] unknownLetters = new int[PAGE];
    int[] removed = new int[PAGE];
    Arrays.fill(removed, action(REMOVED, 0));
    int first = Character.MIN_SUPPLEMENTARY_CODE_POINT;
    int[][] pages = new int[(Character.MAX_CODE_POINT + 1 - first) >> PAGE_BITS][];
    int[] page = new int[PAGE];
    for (int p = 0; p < pages.length; p++) {
      for (int k = 0; k < PAGE; k++) {
        page[k] = action(first + p * PAGE + k, listed);
      }
      // Nearly all pages are one of two, shared.
      if (Arrays.equals(page, unknownLetters)) {
        pages[p] = unknownLetters;
      } else {
        pages[p] = Arrays.equals(page, removed) ? removed : page.clone();
      }
    }
    return pages;
  }

  /** What to do at a character, by the same rules as {@link Normalizer}. */
  private int action(int codePoint, IntArrayList listed) {
    if (Characters.isPlain(codePoint)) {
      return wordPiece.symbol(codePoint);
    }
    if (options.cleanText() && Characters.isRemoved(codePoint)) {
      return action(REMOVED, 0);
    }
    IntArrayList parts = new IntArrayList();
    int[] decomposed = options.stripAccents() ? Characters.decomposed(codePoint) : null;
    for (int part : decomposed == null ? new int[] {codePoint} : decomposed) {
      if (options.stripAccents() && Characters.isMark(part)) {
        continue;
      }
      if (options.stripAccents() && Characters.combiningClass(part) != 0) {
        return action(SORTED, 0);
      }
      int[] lowered = options.lowercase() ? Characters.lowered(part) : null;
      parts.addElements(parts.size(), lowered == null ? new int[] {part} : lowered);
    }
    boolean apart = options.spaceChinese() && Characters.isChinese(codePoint);
    if (apart && parts.size() == 1) {
      return action(ALONE, tokenAlone(parts.getInt(0)));
    }
    parts.replaceAll((int c) -> simple(c));
    return switch (parts.size()) {
      case 0 -> action(REMOVED, 0);
      case 1 -> parts.getInt(0);
      default -> action(SEVERAL, list(listed, parts));
    };
  }

  private int simple(int normalized) {
    if (Characters.isSpace(normalized)) {
      return action(SPACE, 0);
    }
    if (Characters.isPunctuation(normalized)) {
      return action(ALONE, tokenAlone(normalized));
    }
    return wordPiece.symbol(normalized);
  }

  private int tokenAlone(int codePoint) {
    TokenBuffer one = new TokenBuffer();
    wordPiece.tokenize(new int[] {codePoint}, 0, 1, one);
    return one.get(0);
  }

  private static int list(IntArrayList listed, IntArrayList actions) {
    int at = listed.size();
    listed.add(actions.size());
    listed.addAll(actions);
    return at;
  }
}
