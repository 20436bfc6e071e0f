package org.javatron.tokenize;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Word pieces in time linear in the word's length, whatever the vocabulary: each character takes
 * one step down a trie, and when none fits, failure links lead on without looking back.
 *
 * <p>The {@link PieceTrie} is laid out as a double array: the child of state {@code s} by symbol
 * {@code c} is state {@code base(s) + c} if that state's {@code parent} is {@code s}. A state's
 * four numbers lie side by side, so that a step touches one cache line.
 *
 * <p>{@link GreedyWordPiece} is the reference. Source of the method: see {@link PieceTrie}.
 */
final class FastWordPiece implements WordPiece {
  /** Numbers per state; states and symbols are kept multiplied by it. */
  static final int STRIDE = 4;

  static final int PARENT = 1;
  static final int FAIL = 2;
  static final int POPS = 3;

  /** Per state: base, parent, failure link or -1, pops (an id, or {@code ~offset} of a list). */
  final int[] states;

  final int[] popLists;
  final int start;
  final int inside;

  /** A state with no children and no failure link: where words go that cannot be cut. */
  final int dead;

  final int unknown;
  final int maxWordLength;
  private final Int2IntOpenHashMap symbols;

  FastWordPiece(Vocabulary vocabulary, TokenizerOptions options) {
    PieceTrie trie = new PieceTrie(vocabulary, options.continuation());
    this.unknown = vocabulary.id(options.unknown());
    this.maxWordLength = options.maxWordLength();
    this.symbols = trie.symbols;
    this.popLists = trie.popLists.toIntArray();
    Layout layout = new Layout(trie);
    this.states = layout.states();
    this.start = layout.slot[trie.startRoot] * STRIDE;
    this.inside = layout.slot[trie.insideRoot] * STRIDE;
    this.dead = 0;
  }

  /** A character's symbol times {@link #STRIDE}; 0 for a character of no piece. */
  int symbol(int codePoint) {
    return symbols.get(codePoint) * STRIDE;
  }

  /** The code points that occur in pieces. */
  int[] alphabet() {
    return symbols.keySet().toIntArray();
  }

  @Override
  public void tokenize(int[] text, int from, int to, TokenBuffer out) {
    int wordStart = out.size;
    if (to - from > maxWordLength) {
      out.add(unknown);
      return;
    }
    int state = start;
    for (int i = from; i < to && state != dead; i++) {
      state = step(state, symbol(text[i]), wordStart, out);
    }
    finish(state, wordStart, out);
  }

  /** The state after one more character of a word whose first piece is at {@code wordStart}. */
  int step(int state, int symbol, int wordStart, TokenBuffer out) {
    int[] s = states;
    int next = s[state] + symbol;
    while (s[next + PARENT] != state) {
      int fail = s[state + FAIL];
      if (fail < 0) {
        out.size = wordStart;
        return dead;
      }
      pop(s[state + POPS], out);
      state = fail;
      next = s[state] + symbol;
    }
    return next;
  }

  /**
   * The word has ended: what is left in the state becomes pieces, or all of it the unknown token.
   */
  void finish(int state, int wordStart, TokenBuffer out) {
    int[] s = states;
    while (state != inside) {
      int fail = s[state + FAIL];
      if (fail < 0) {
        out.size = wordStart;
        out.add(unknown);
        return;
      }
      pop(s[state + POPS], out);
      state = fail;
    }
  }

  private void pop(int pops, TokenBuffer out) {
    if (pops >= 0) {
      out.add(pops);
      return;
    }
    int list = ~pops;
    for (int i = 1; i <= popLists[list]; i++) {
      out.add(popLists[list + i]);
    }
  }

  /** Finds every node a place in the double array: first fit, parents before children. */
  private static final class Layout {
    private final PieceTrie trie;
    private final BitSet used = new BitSet();
    private final int symbols;
    final int[] slot;
    private final int[] base;
    private int largest;

    Layout(PieceTrie trie) {
      this.trie = trie;
      this.symbols = trie.symbols.size() + 1;
      this.slot = new int[trie.size()];
      this.base = new int[trie.size()];
      // Slots below the number of symbols stay empty: there the children of childless states are
      // looked for, and slot 0 is the dead state.
      used.set(0, symbols);
      place(trie.startRoot, used.nextClearBit(0));
      place(trie.insideRoot, used.nextClearBit(0));
      for (int node = 0; node < trie.size(); node++) {
        int first = trie.firstChild.getInt(node);
        if (first != PieceTrie.NONE) {
          base[node] = freeBase(first);
          for (int v = first; v != PieceTrie.NONE; v = trie.nextSibling.getInt(v)) {
            place(v, base[node] + trie.symbol.getInt(v));
          }
        }
      }
    }

    private void place(int node, int at) {
      slot[node] = at;
      used.set(at);
      largest = Math.max(largest, at);
    }

    private int freeBase(int firstChild) {
      int symbol = trie.symbol.getInt(firstChild);
      int at = used.nextClearBit(symbols);
      while (!fits(firstChild, at - symbol)) {
        at = used.nextClearBit(at + 1);
      }
      return at - symbol;
    }

    private boolean fits(int firstChild, int atBase) {
      for (int v = firstChild; v != PieceTrie.NONE; v = trie.nextSibling.getInt(v)) {
        int at = atBase + trie.symbol.getInt(v);
        if (at < symbols || used.get(at)) {
          return false;
        }
      }
      return true;
    }

    int[] states() {
      // Room for the farthest slot any symbol may look at.
      int[] states = new int[(largest + symbols + 1) * STRIDE];
      Arrays.fill(states, -1);
      for (int s = 0; s <= largest; s++) {
        states[s * STRIDE] = 0;
      }
      for (int node = 0; node < trie.size(); node++) {
        int at = slot[node] * STRIDE;
        states[at] = base[node] * STRIDE;
        states[at + FAIL] = trie.fail[node] < 0 ? -1 : slot[trie.fail[node]] * STRIDE;
        states[at + POPS] = trie.pops[node];
        for (int v = trie.firstChild.getInt(node);
            v != PieceTrie.NONE;
            v = trie.nextSibling.getInt(v)) {
          states[slot[v] * STRIDE + PARENT] = at;
        }
      }
      return states;
    }
  }
}
