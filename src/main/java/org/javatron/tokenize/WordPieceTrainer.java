package org.javatron.tokenize;

import it.unimi.dsi.fastutil.ints.Int2LongOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2LongMap;
import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;
import java.util.Comparator;
import java.util.List;

/**
 * Makes a WordPiece vocabulary: words begin as single characters, and the pair of neighbouring
 * pieces that comes most often becomes a piece, again and again, until there are enough.
 *
 * <p>The vocabulary is, in this order: {@code [PAD] [UNK] [CLS] [SEP] [MASK]}, the alphabet by code
 * point, the characters seen inside words ({@code ##a}) by code point, the merged pieces as they
 * were made. Of pairs that come equally often the one whose left piece stands first in the
 * vocabulary is merged first, then the one whose right piece does: the same counts always give the
 * same file. A character outside the alphabet is left out of its word, as if its neighbours
 * touched.
 *
 * <p>Source: Hugging Face tokenizers, {@code WordPieceTrainer}, which counts and merges like this
 * (byte pair encoding; it does not divide by the pieces' own counts as the WordPiece paper does)
 * but numbers the {@code ##} characters in the changing order of a hash table, and so leaves ties
 * to chance. Given that order the vocabularies are equal, piece by piece.
 *
 * @param size pieces of the vocabulary, special tokens included; fewer come out when no pair is
 *     left
 * @param minFrequency pairs that come less often are not merged; at least 1
 * @param limitAlphabet most characters of the alphabet, the most frequent ones; of equally frequent
 *     ones the lower code points
 * @param initialAlphabet characters that are in the alphabet whether they come or not, normalized
 */
public record WordPieceTrainer(
    int size, long minFrequency, int limitAlphabet, String initialAlphabet) {
  /** The special tokens, the first of every vocabulary made here. */
  public static final List<String> SPECIAL_TOKENS =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  /**
   * A vocabulary and how it came to be.
   *
   * @param pieces the vocabulary in the order of ids
   * @param words words counted, each as often as it came
   * @param distinctWords different ones
   * @param alphabet characters kept
   * @param dropped characters that {@code limitAlphabet} left out
   * @param leastFrequency how often the last pair that was merged came; 0 if none was
   */
  public record Result(
      List<String> pieces,
      long words,
      int distinctWords,
      int alphabet,
      int dropped,
      long leastFrequency) {}

  /**
   * Checks the limits.
   *
   * @param size as above
   * @param minFrequency as above
   * @param limitAlphabet as above
   * @param initialAlphabet as above
   * @throws IllegalArgumentException if a limit is below 1
   */
  public WordPieceTrainer {
    if (size < 1 || minFrequency < 1 || limitAlphabet < 1) {
      throw new IllegalArgumentException(
          "size, least frequency and alphabet should be at least 1, found %d, %d and %d"
              .formatted(size, minFrequency, limitAlphabet));
    }
  }

  /**
   * Makes the vocabulary. Memory beyond the words: some 100 bytes for each distinct pair of pieces.
   *
   * @param counts the words; not changed
   * @return the vocabulary
   * @throws IllegalArgumentException if the special tokens and the alphabet alone are more than
   *     {@code size}
   */
  public Result train(WordCounts counts) {
    Object2LongOpenHashMap<String> words = counts.words();
    Int2LongOpenHashMap characters = characters(words);
    int[] alphabet = alphabet(characters);
    PieceMerger merger = new PieceMerger(SPECIAL_TOKENS, alphabet, words);
    if (merger.pieces().size() > size) {
      throw new IllegalArgumentException(
          "%d pieces are too few: the special tokens and an alphabet of %d characters, at a word's beginning and inside, are %d"
              .formatted(size, alphabet.length, merger.pieces().size()));
    }
    long least = 0;
    while (merger.pieces().size() < size) {
      long frequency = merger.merge(minFrequency);
      if (frequency == 0) {
        break;
      }
      least = frequency;
    }
    long total = words.values().longStream().sum();
    return new Result(
        List.copyOf(merger.pieces()),
        total,
        words.size(),
        alphabet.length,
        characters.size() - alphabet.length,
        least);
  }

  private Int2LongOpenHashMap characters(Object2LongOpenHashMap<String> words) {
    Int2LongOpenHashMap characters = new Int2LongOpenHashMap();
    for (Object2LongMap.Entry<String> word : words.object2LongEntrySet()) {
      word.getKey().codePoints().forEach(c -> characters.addTo(c, word.getLongValue()));
    }
    initialAlphabet.codePoints().forEach(c -> characters.put(c, Long.MAX_VALUE));
    return characters;
  }

  private int[] alphabet(Int2LongOpenHashMap characters) {
    Comparator<Integer> byFrequency =
        Comparator.comparingLong((Integer c) -> -characters.get(c.intValue()));
    return characters
        .keySet()
        .intStream()
        .boxed()
        .sorted(byFrequency.thenComparing(Comparator.naturalOrder()))
        .limit(limitAlphabet)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }
}
