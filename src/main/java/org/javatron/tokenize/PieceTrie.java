package org.javatron.tokenize;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.Arrays;

/**
 * All pieces of a vocabulary as two tries, of word beginnings and of pieces inside words, with the
 * failure links of LinMaxMatch: where matching goes on when no child fits, and which pieces are
 * certain by then.
 *
 * <p>Let {@code v} be a node and {@code text(v)} the characters on its path. If greedy matching of
 * {@code text(v) + anything that has no path} begins with pieces {@code F(v)} and leaves a rest,
 * then {@code fail(v)} is the node of that rest among the pieces inside words; {@code pops(v)} is
 * {@code F(v)}. No link (-1) means the word cannot be cut.
 *
 * <p>Source: Song, Salcianu, Song, Dopson, Zhou, "Fast WordPiece Tokenization", EMNLP 2021, section
 * 3.3. The paper's node for {@code ##} is our {@code insideRoot}.
 */
final class PieceTrie {
  static final int NONE = -1;

  final int startRoot = 0;
  final int insideRoot = 1;

  /** Code point to symbol, 1 and up, the most frequent first; 0 for characters of no piece. */
  final Int2IntOpenHashMap symbols;

  /** Per node, in the order of their making: a node's parent comes before it. */
  final IntArrayList firstChild = new IntArrayList();

  final IntArrayList nextSibling = new IntArrayList();
  final IntArrayList symbol = new IntArrayList();
  private final IntArrayList piece = new IntArrayList();
  private final Long2IntOpenHashMap children = new Long2IntOpenHashMap();

  int[] fail;

  /** Per node: {@code id >= 0} for one piece, {@code ~offset} of a list in {@link #popLists}. */
  int[] pops;

  /** Lists of ids, each after its length. */
  final IntArrayList popLists = new IntArrayList();

  PieceTrie(Vocabulary vocabulary, String continuation) {
    symbols = alphabet(vocabulary);
    children.defaultReturnValue(NONE);
    node(0);
    node(0);
    for (int id = 0; id < vocabulary.pieces(); id++) {
      String token = vocabulary.token(id);
      // Of a token written twice, only one id is in use.
      if (token == null || vocabulary.id(token) != id) {
        continue;
      }
      insert(startRoot, token, id);
      if (token.length() > continuation.length() && token.startsWith(continuation)) {
        insert(insideRoot, token.substring(continuation.length()), id);
      }
    }
    link();
  }

  int size() {
    return symbol.size();
  }

  private static Int2IntOpenHashMap alphabet(Vocabulary vocabulary) {
    Int2IntOpenHashMap counts = new Int2IntOpenHashMap();
    for (int id = 0; id < vocabulary.pieces(); id++) {
      String token = vocabulary.token(id);
      if (token != null) {
        token.codePoints().forEach(c -> counts.addTo(c, 1));
      }
    }
    Int2IntOpenHashMap symbols = new Int2IntOpenHashMap();
    counts.int2IntEntrySet().stream()
        .sorted(
            (a, b) ->
                a.getIntValue() == b.getIntValue()
                    ? Integer.compare(a.getIntKey(), b.getIntKey())
                    : Integer.compare(b.getIntValue(), a.getIntValue()))
        .forEach(entry -> symbols.put(entry.getIntKey(), symbols.size() + 1));
    return symbols;
  }

  private int node(int withSymbol) {
    symbol.add(withSymbol);
    piece.add(NONE);
    firstChild.add(NONE);
    nextSibling.add(NONE);
    return symbol.size() - 1;
  }

  private void insert(int root, String text, int id) {
    int at = root;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      int with = symbols.get(codePoint);
      int next = child(at, with);
      if (next == NONE) {
        next = node(with);
        nextSibling.set(next, firstChild.getInt(at));
        firstChild.set(at, next);
        children.put(key(at, with), next);
      }
      at = next;
      i += Character.charCount(codePoint);
    }
    piece.set(at, id);
  }

  private static long key(int node, int symbol) {
    return (long) node << 32 | symbol;
  }

  private int child(int node, int symbol) {
    return children.get(key(node, symbol));
  }

  /** Failure links, shortest texts first: a link always leads to a shorter text. */
  private void link() {
    fail = new int[size()];
    pops = new int[size()];
    Arrays.fill(fail, NONE);
    IntArrayList queue = new IntArrayList(new int[] {startRoot, insideRoot});
    for (int head = 0; head < queue.size(); head++) {
      int parent = queue.getInt(head);
      for (int v = firstChild.getInt(parent); v != NONE; v = nextSibling.getInt(v)) {
        linkChild(parent, v);
        queue.add(v);
      }
    }
  }

  private void linkChild(int parent, int v) {
    if (piece.getInt(v) != NONE) {
      fail[v] = insideRoot;
      pops[v] = piece.getInt(v);
      return;
    }
    IntArrayList certain = new IntArrayList();
    int z = parent;
    do {
      if (fail[z] == NONE) {
        return;
      }
      appendPops(z, certain);
      z = fail[z];
    } while (child(z, symbol.getInt(v)) == NONE);
    fail[v] = child(z, symbol.getInt(v));
    pops[v] = certain.size() == 1 ? certain.getInt(0) : ~popLists.size();
    if (certain.size() > 1) {
      popLists.add(certain.size());
      popLists.addAll(certain);
    }
  }

  private void appendPops(int node, IntArrayList out) {
    int p = pops[node];
    if (p >= 0) {
      out.add(p);
    } else {
      out.addAll(popLists.subList(~p + 1, ~p + 1 + popLists.getInt(~p)));
    }
  }
}
