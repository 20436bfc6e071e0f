package org.javatron.tokenize;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2LongMap;
import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Words as sequences of pieces, and the counts of neighbouring pairs, kept true merge by merge: a
 * merge looks only at the words that hold its pair.
 *
 * <p>The queue holds a pair under the count it had when it was put in. Counts that rose were put in
 * anew; one that fell is found out when it comes up, and goes back under its true count.
 */
final class PieceMerger {
  private static final String INSIDE = "##";

  /** Two pieces side by side: how often, and the words in which they may be. */
  private static final class Pair {
    final int left;
    final int right;
    long count;
    IntArrayList words = new IntArrayList();

    Pair(int left, int right) {
      this.left = left;
      this.right = right;
    }
  }

  private record Candidate(Pair pair, long count) {
    static final Comparator<Candidate> ORDER =
        Comparator.comparingLong((Candidate c) -> -c.count)
            .thenComparingInt(c -> c.pair.left)
            .thenComparingInt(c -> c.pair.right);
  }

  private final List<String> pieces;
  private final Object2IntOpenHashMap<String> ids = new Object2IntOpenHashMap<>();
  private final int[][] words;
  private final long[] counts;
  private final Long2ObjectOpenHashMap<Pair> pairs = new Long2ObjectOpenHashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.ORDER);
  private final Set<Pair> risen = new HashSet<>();

  /**
   * Words as characters.
   *
   * @param first the vocabulary's first tokens
   * @param alphabet code points, ascending; other characters are left out
   * @param frequencies the words
   */
  PieceMerger(List<String> first, int[] alphabet, Object2LongOpenHashMap<String> frequencies) {
    pieces = new ArrayList<>();
    ids.defaultReturnValue(-1);
    first.forEach(this::piece);
    for (int c : alphabet) {
      piece(Character.toString(c));
    }
    IntOpenHashSet known = new IntOpenHashSet(alphabet);
    IntOpenHashSet inside = new IntOpenHashSet();
    int[][] letters = new int[frequencies.size()][];
    counts = new long[letters.length];
    int n = 0;
    for (Object2LongMap.Entry<String> word : frequencies.object2LongEntrySet()) {
      int[] all = word.getKey().codePoints().toArray();
      for (int i = 1; i < all.length; i++) {
        inside.add(all[i]);
      }
      letters[n] = all;
      counts[n++] = word.getLongValue();
    }
    inside.retainAll(known);
    inside.intStream().sorted().forEach(c -> piece(INSIDE + Character.toString(c)));
    words = letters;
    for (int w = 0; w < words.length; w++) {
      words[w] = characters(words[w], known);
      countPairs(w);
    }
    enqueueRisen();
  }

  private int[] characters(int[] word, IntOpenHashSet known) {
    int[] symbols = new int[word.length];
    int n = 0;
    for (int i = 0; i < word.length; i++) {
      if (known.contains(word[i])) {
        String character = Character.toString(word[i]);
        symbols[n++] = ids.getInt(i == 0 ? character : INSIDE + character);
      }
    }
    return Arrays.copyOf(symbols, n);
  }

  private void countPairs(int w) {
    int[] word = words[w];
    for (int i = 1; i < word.length; i++) {
      rise(word[i - 1], word[i], w);
    }
  }

  /** The vocabulary so far, by id. */
  List<String> pieces() {
    return pieces;
  }

  /**
   * Merges the most frequent pair wherever it stands.
   *
   * @return how often it came; 0 if no pair comes that often, and nothing was merged
   */
  long merge(long minFrequency) {
    while (!queue.isEmpty()) {
      Candidate top = queue.remove();
      Pair pair = top.pair;
      if (top.count > pair.count) {
        queue.add(new Candidate(pair, pair.count));
      } else if (top.count == pair.count) {
        if (top.count < Math.max(1, minFrequency)) {
          return 0;
        }
        merge(pair);
        return top.count;
      }
    }
    return 0;
  }

  private void merge(Pair pair) {
    // One piece may be made by different merges: a + bc, ab + c.
    int merged = piece(pieces.get(pair.left) + pieces.get(pair.right).substring(INSIDE.length()));
    IntArrayList places = pair.words;
    // The count stays: where the pair forms again, from pieces made another way, it comes up at
    // once and merges there too.
    pair.words = new IntArrayList();
    for (int i = 0; i < places.size(); i++) {
      merge(places.getInt(i), pair.left, pair.right, merged);
    }
    enqueueRisen();
  }

  private void merge(int w, int left, int right, int merged) {
    int[] word = words[w];
    int n = 0;
    for (int i = 0; i < word.length; i++) {
      if (word[i] != left || i + 1 == word.length || word[i + 1] != right) {
        word[n++] = word[i];
        continue;
      }
      if (n > 0) {
        pair(word[n - 1], left).count -= counts[w];
        rise(word[n - 1], merged, w);
      }
      word[n++] = merged;
      i++;
      if (i + 1 < word.length) {
        pair(right, word[i + 1]).count -= counts[w];
        rise(merged, word[i + 1], w);
      }
    }
    if (n < word.length) {
      words[w] = Arrays.copyOf(word, n);
    }
  }

  private int piece(String text) {
    int id = ids.getInt(text);
    if (id < 0) {
      id = pieces.size();
      pieces.add(text);
      ids.put(text, id);
    }
    return id;
  }

  private void rise(int left, int right, int w) {
    Pair pair = pair(left, right);
    pair.count += counts[w];
    if (pair.words.isEmpty() || pair.words.getInt(pair.words.size() - 1) != w) {
      pair.words.add(w);
    }
    risen.add(pair);
  }

  private Pair pair(int left, int right) {
    return pairs.computeIfAbsent((long) left << 32 | right, key -> new Pair(left, right));
  }

  private void enqueueRisen() {
    for (Pair pair : risen) {
      queue.add(new Candidate(pair, pair.count));
    }
    risen.clear();
  }
}
