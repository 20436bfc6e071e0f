package org.javatron.tokenize;

import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.InputException;
import org.javatron.io.TextFiles;

/**
 * The tokens of a model and their ids, 0 to {@code size() - 1}. Immutable and thread-safe.
 *
 * <p>A token may be a word's beginning ({@code play}), a piece inside a word ({@code ##ing}), or a
 * special token ({@code [CLS]}). Some ids may have no token.
 */
public final class Vocabulary {
  private final String[] tokens;
  private final Object2IntOpenHashMap<String> ids;

  /** Ids from here on belong to tokens added to the model: no pieces of words. */
  private final int pieces;

  private Vocabulary(String[] tokens, int pieces) {
    this.tokens = tokens;
    this.pieces = pieces;
    this.ids = new Object2IntOpenHashMap<>(tokens.length);
    ids.defaultReturnValue(-1);
    for (int id = 0; id < tokens.length; id++) {
      if (tokens[id] != null) {
        ids.put(tokens[id], id);
      }
    }
  }

  /**
   * Reads a {@code vocab.txt}: one token a line, its id the line's number from 0. Of a token
   * written twice the later line counts; an empty line is an id without a token.
   *
   * @param vocabTxt the file, UTF-8, gzip-compressed or not
   * @return the vocabulary
   * @throws IOException if it cannot be read or holds no token
   */
  public static Vocabulary read(Path vocabTxt) throws IOException {
    List<String> tokens = new ArrayList<>();
    try (BufferedReader lines = TextFiles.reader(vocabTxt)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        tokens.add(line);
      }
    }
    if (tokens.stream().allMatch(String::isEmpty)) {
      throw new InputException(vocabTxt + " holds no token: expected one a line");
    }
    return of(tokens);
  }

  /**
   * A vocabulary from its tokens.
   *
   * @param tokens in the order of their ids; null or empty for an id without a token
   * @return the vocabulary
   */
  public static Vocabulary of(List<String> tokens) {
    String[] byId = tokens.toArray(new String[0]);
    for (int id = 0; id < byId.length; id++) {
      if (byId[id] != null && byId[id].isEmpty()) {
        byId[id] = null;
      }
    }
    return new Vocabulary(byId, byId.length);
  }

  /** The same vocabulary with tokens added after it, which never match as pieces of words. */
  Vocabulary withAdded(List<AddedToken> added) {
    int size = tokens.length;
    for (AddedToken token : added) {
      size = Math.max(size, token.id() + 1);
    }
    if (size == tokens.length) {
      return this;
    }
    String[] more = java.util.Arrays.copyOf(tokens, size);
    for (AddedToken token : added) {
      if (token.id() >= tokens.length) {
        more[token.id()] = token.content();
      }
    }
    return new Vocabulary(more, pieces);
  }

  /**
   * How many ids there are.
   *
   * @return the largest id plus one
   */
  public int size() {
    return tokens.length;
  }

  /**
   * A token's id.
   *
   * @param token the token, pieces inside words with their {@code ##}
   * @return its id, or -1 if the vocabulary does not hold it
   */
  public int id(String token) {
    return ids.getInt(token);
  }

  /**
   * An id's token.
   *
   * @param id 0 to {@code size() - 1}
   * @return the token, or null if the id has none
   * @throws IndexOutOfBoundsException if there is no such id
   */
  public String token(int id) {
    return tokens[id];
  }

  /** How many of the ids, the first ones, may be pieces of words. */
  int pieces() {
    return pieces;
  }

  /** The id of a word or piece, -1 if there is none; added tokens are no pieces. */
  int pieceId(String token) {
    int id = ids.getInt(token);
    return id < pieces ? id : -1;
  }
}
