package org.javatron.tokenize;

/**
 * BERT's normalization, one plain pass per rule: clean, set CJK ideographs apart, strip accents,
 * lower-case.
 *
 * <p>The reference for {@link FusedScanner}. Source of the rules: Hugging Face tokenizers, {@code
 * BertNormalizer}.
 */
final class Normalizer {
  private final TokenizerOptions options;

  Normalizer(TokenizerOptions options) {
    this.options = options;
  }

  NormalizedText normalize(String text, int from, int to) {
    NormalizedText result = NormalizedText.of(text, from, to);
    if (options.cleanText()) {
      result = clean(result);
    }
    if (options.spaceChinese()) {
      result = spaceChinese(result);
    }
    if (options.stripAccents()) {
      result = stripMarks(decompose(result));
    }
    return options.lowercase() ? lowercase(result) : result;
  }

  private static NormalizedText clean(NormalizedText in) {
    NormalizedText out = new NormalizedText();
    for (int i = 0; i < in.size; i++) {
      int c = in.codePoints[i];
      // Vertical tab and others are controls as well as white space: they go.
      if (!Characters.isRemoved(c)) {
        out.add(Characters.isSpace(c) ? ' ' : c, in.starts[i], in.ends[i]);
      }
    }
    return out;
  }

  private static NormalizedText spaceChinese(NormalizedText in) {
    NormalizedText out = new NormalizedText();
    for (int i = 0; i < in.size; i++) {
      int c = in.codePoints[i];
      boolean apart = Characters.isChinese(c);
      if (apart) {
        out.add(' ', in.starts[i], in.ends[i]);
      }
      out.add(c, in.starts[i], in.ends[i]);
      if (apart) {
        out.add(' ', in.starts[i], in.ends[i]);
      }
    }
    return out;
  }

  /**
   * NFD: every character to base and marks, runs of marks sorted by combining class, equal classes
   * in their order.
   */
  private static NormalizedText decompose(NormalizedText in) {
    NormalizedText out = new NormalizedText();
    // What an output character is of its source, 0 for the first: borrowed into the field of ends.
    int runStart = 0;
    for (int i = 0; i < in.size; i++) {
      int c = in.codePoints[i];
      int[] parts = Characters.decomposed(c);
      int count = parts == null ? 1 : parts.length;
      for (int k = 0; k < count; k++) {
        int part = parts == null ? c : parts[k];
        if (Characters.combiningClass(part) == 0) {
          sortMarks(out, runStart);
          runStart = out.size + 1;
        }
        out.add(part, 0, k);
      }
    }
    sortMarks(out, runStart);
    // As in the arbiter, ranges stay with the places, not with the marks that moved: the next first
    // part takes the next source character's range, later parts share it.
    int source = -1;
    for (int i = 0; i < out.size; i++) {
      if (out.ends[i] == 0) {
        source++;
      }
      out.starts[i] = in.starts[source];
      out.ends[i] = in.ends[source];
    }
    return out;
  }

  /** Insertion sort of the last characters by combining class: runs are short, and it is stable. */
  private static void sortMarks(NormalizedText text, int from) {
    for (int i = from + 1; i < text.size; i++) {
      int c = text.codePoints[i];
      int part = text.ends[i];
      int k = i;
      while (k > from
          && Characters.combiningClass(text.codePoints[k - 1]) > Characters.combiningClass(c)) {
        text.codePoints[k] = text.codePoints[k - 1];
        text.ends[k] = text.ends[k - 1];
        k--;
      }
      text.codePoints[k] = c;
      text.ends[k] = part;
    }
  }

  private static NormalizedText stripMarks(NormalizedText in) {
    NormalizedText out = new NormalizedText();
    for (int i = 0; i < in.size; i++) {
      if (!Characters.isMark(in.codePoints[i])) {
        out.add(in.codePoints[i], in.starts[i], in.ends[i]);
      }
    }
    return out;
  }

  private static NormalizedText lowercase(NormalizedText in) {
    NormalizedText out = new NormalizedText();
    for (int i = 0; i < in.size; i++) {
      int[] lower = Characters.lowered(in.codePoints[i]);
      if (lower == null) {
        out.add(in.codePoints[i], in.starts[i], in.ends[i]);
      } else {
        for (int c : lower) {
          out.add(c, in.starts[i], in.ends[i]);
        }
      }
    }
    return out;
  }
}
