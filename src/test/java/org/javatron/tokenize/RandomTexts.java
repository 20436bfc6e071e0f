package org.javatron.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Seeded strings of everything that has ever broken a tokenizer. No half surrogate pairs. */
final class RandomTexts {
  private static final String[] WORDS = {
    "the",
    "unaffable",
    "playing",
    "Café",
    "naïve",
    "İstanbul",
    "ΣΟΦΟΣ",
    "straße",
    "ﬁne",
    "Ǆ",
    "o'clock",
    "[SEP]",
    "[CLS]",
    "[MASK]",
    "[PAD]",
    "[UNK]",
    "[sep]",
    "[SEP",
    "SEP]",
    "[[SEP]]",
    "##ing",
    "[unused1]",
    "中国",
    "日本語",
    "한국어",
    "각",
    "नमस्ते",
    "ไทย",
    "العربية",
    "👩‍👩‍👧",
    "🇩🇪",
    "𝒳",
    "豈",
    "丽",
    "\u212b",
    "\u1e9b\u0323",
    "e\u0301\u0323",
    "\u0344",
    "\u0f73",
    "\u2126",
    "\ufffd",
    "\u0000",
    "x\u0338",
    "\u226e"
  };
  private static final String SPACES =
      " \t\n\r\u000b\f\u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u200b\u180e\u001c";
  private static final String MARKS =
      "\u0300\u0301\u0316\u0323\u0327\u0334\u0345\u0591\u05b0\u064b\u093c\u094d\u0e38\u0f71\u0f72\u3099\u302a\u302e\u1b44\u1baa"
          + "\ua953\u0898\u1dfa\u1ac1\u0315\u035c\u20d0";

  private final Random random;

  RandomTexts(long seed) {
    random = new Random(seed);
  }

  List<String> next(int count) {
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(next());
    }
    return texts;
  }

  String next() {
    StringBuilder text = new StringBuilder();
    int parts = random.nextInt(random.nextInt(8) == 0 ? 60 : 12);
    for (int i = 0; i < parts; i++) {
      part(text);
    }
    return text.toString();
  }

  private void part(StringBuilder text) {
    switch (random.nextInt(14)) {
      case 0, 1 -> text.append(WORDS[random.nextInt(WORDS.length)]);
      case 2 -> text.append(pick(SPACES));
      case 3 -> text.append(' ');
      case 4 -> repeat(text, 1 + random.nextInt(4), () -> pick(MARKS));
      case 5 -> text.append((char) random.nextInt(128));
      case 6 -> text.append((char) ('!' + random.nextInt('~' - '!')));
      case 7 -> text.appendCodePoint(among(0x80, 0x250));
      case 8 -> text.appendCodePoint(among(0x250, 0x2000));
      case 9 -> text.appendCodePoint(among(0x2000, 0x3400));
      case 10 -> text.appendCodePoint(among(0x3400, 0xd800));
      case 11 -> text.appendCodePoint(among(0xe000, 0x10000));
      case 12 ->
          text.appendCodePoint(
              random.nextInt(4) == 0 ? among(0x10000, 0x110000) : among(0x10000, 0x20000));
      default -> word(text);
    }
  }

  /** Lower-case letters, now and then as long as a word may just be or may not. */
  private void word(StringBuilder text) {
    int length = random.nextInt(50) == 0 ? 98 + random.nextInt(6) : 1 + random.nextInt(9);
    repeat(text, length, () -> (char) ('a' + random.nextInt(random.nextBoolean() ? 26 : 4)));
  }

  private int among(int from, int to) {
    return from + random.nextInt(to - from);
  }

  private char pick(String chars) {
    return chars.charAt(random.nextInt(chars.length()));
  }

  private static void repeat(
      StringBuilder text, int times, java.util.function.Supplier<Character> of) {
    for (int i = 0; i < times; i++) {
      text.append((char) of.get());
    }
  }
}
