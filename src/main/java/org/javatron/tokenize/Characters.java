package org.javatron.tokenize;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What the tokenizer knows of each Unicode character.
 *
 * <p>Every Java release knows another version of Unicode, and Hugging Face's tokenizers, the
 * arbiter of what a BERT token is, mixes three. So the properties come from a table made by asking
 * that library about each code point (src/test/python/unicode_tables.py), and ids are the same on
 * every Java.
 */
final class Characters {
  private static final int REMOVED = 1;
  private static final int SPACE = 2;
  private static final int PUNCTUATION = 4;
  private static final int CHINESE = 8;
  private static final int MARK = 16;
  private static final int WORD = 32;
  private static final int MAPPED = 64; // has a decomposition or a lower-case form
  private static final int CLASS_SHIFT = 8;

  private static final int HANGUL_FIRST = 0xAC00;
  private static final int HANGUL_LAST = 0xD7A3;

  /** Per code point: the flags above, and the canonical combining class from bit 8. */
  private static final char[] PROPERTIES = new char[Character.MAX_CODE_POINT + 1];

  private static final Int2ObjectOpenHashMap<int[]> DECOMPOSED = new Int2ObjectOpenHashMap<>();
  private static final Int2ObjectOpenHashMap<int[]> LOWERED = new Int2ObjectOpenHashMap<>();

  static {
    try (InputStream table = Characters.class.getResourceAsStream("characters.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(table, StandardCharsets.US_ASCII))) {
      read(lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int c = HANGUL_FIRST; c <= HANGUL_LAST; c++) {
      PROPERTIES[c] |= MAPPED;
    }
    // A Java string may hold half of a surrogate pair, which is no character: it goes as controls
    // do.
    for (int c = Character.MIN_SURROGATE; c <= Character.MAX_SURROGATE; c++) {
      PROPERTIES[c] = REMOVED;
    }
  }

  private Characters() {}

  /** No rule of normalization or of splitting touches it. */
  static boolean isPlain(int codePoint) {
    return (PROPERTIES[codePoint] & ~WORD) == 0;
  }

  /** Cleaning drops it: controls, private use, U+0000, U+FFFD. */
  static boolean isRemoved(int codePoint) {
    return (PROPERTIES[codePoint] & REMOVED) != 0;
  }

  /** Words end at it. */
  static boolean isSpace(int codePoint) {
    return (PROPERTIES[codePoint] & SPACE) != 0;
  }

  /** A word of its own: Unicode punctuation, and every ASCII symbol. */
  static boolean isPunctuation(int codePoint) {
    return (PROPERTIES[codePoint] & PUNCTUATION) != 0;
  }

  /** A CJK ideograph, which BERT sets between spaces. */
  static boolean isChinese(int codePoint) {
    return (PROPERTIES[codePoint] & CHINESE) != 0;
  }

  /** A mark that takes no room of its own (category Mn), such as an accent. */
  static boolean isMark(int codePoint) {
    return (PROPERTIES[codePoint] & MARK) != 0;
  }

  /** Part of a word where added tokens ask for whole words. */
  static boolean isWord(int codePoint) {
    return (PROPERTIES[codePoint] & WORD) != 0;
  }

  /** The canonical combining class: 0 for a base character; marks sort by it. */
  static int combiningClass(int codePoint) {
    return PROPERTIES[codePoint] >> CLASS_SHIFT;
  }

  /** The full canonical decomposition, or null if the character stays as it is. */
  static int[] decomposed(int codePoint) {
    if (codePoint >= HANGUL_FIRST && codePoint <= HANGUL_LAST) {
      int index = codePoint - HANGUL_FIRST;
      int lead = 0x1100 + index / 588;
      int vowel = 0x1161 + index % 588 / 28;
      int tail = 0x11A7 + index % 28;
      return tail == 0x11A7 ? new int[] {lead, vowel} : new int[] {lead, vowel, tail};
    }
    return DECOMPOSED.get(codePoint);
  }

  /** The lower-case form, or null if it is the character itself. No language's own rules. */
  static int[] lowered(int codePoint) {
    return LOWERED.get(codePoint);
  }

  private static void read(BufferedReader lines) throws IOException {
    String section = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("[")) {
        section = line.substring(1, line.length() - 1);
      } else if (section.equals("decomposed")) {
        readMapping(line, DECOMPOSED);
      } else if (section.equals("lowered")) {
        readMapping(line, LOWERED);
      } else if (!line.startsWith("#")) {
        readRanges(line, bits(section));
      }
    }
  }

  private static int bits(String section) {
    return switch (section) {
      case "removed" -> REMOVED;
      case "space" -> SPACE;
      case "punctuation" -> PUNCTUATION;
      case "chinese" -> CHINESE;
      case "mark" -> MARK;
      case "word" -> WORD;
      default -> Integer.parseInt(section.substring("class ".length())) << CLASS_SHIFT;
    };
  }

  private static void readRanges(String line, int bits) {
    for (String range : line.split(" ")) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash), 16);
      int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1), 16);
      for (int c = first; c <= last; c++) {
        PROPERTIES[c] |= (char) bits;
      }
    }
  }

  private static void readMapping(String line, Int2ObjectOpenHashMap<int[]> mapping) {
    String[] fields = line.split(" ");
    int[] to = new int[fields.length - 1];
    for (int i = 0; i < to.length; i++) {
      to[i] = Integer.parseInt(fields[i + 1], 16);
    }
    int from = Integer.parseInt(fields[0], 16);
    PROPERTIES[from] |= MAPPED;
    mapping.put(from, to);
  }
}
