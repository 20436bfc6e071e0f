package org.javatron.weights.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.io.InputException;

/** Which of a repository's files make a BERT encoder: no copy in another framework's format. */
final class ModelFiles {
  private static final Set<String> SMALL =
      Set.of(
          "config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.txt",
          "special_tokens_map.json",
          "added_tokens.json",
          "modules.json",
          "sentence_bert_config.json",
          "config_sentence_transformers.json");

  /** A sentence-transformers module after the encoder: 1_Pooling/config.json. */
  private static final Pattern MODULE = Pattern.compile("\\d+_[A-Za-z]+/config\\.json");

  private static final Pattern SHARD =
      Pattern.compile("(.*-)(\\d{5})-of-(\\d{5})(\\.bin|\\.safetensors)");

  /** An untied model of Tevatron keeps its two encoders in folders of their own. */
  private static final List<String> ENCODERS = List.of("", "query_model/", "passage_model/");

  private ModelFiles() {}

  /**
   * Chooses from all files of a repository.
   *
   * @param where the repository, for messages
   * @param names the files' paths
   * @return the chosen paths in alphabetical order
   * @throws InputException if there is no configuration, no weights, or a shard is missing
   */
  static List<String> choose(String where, Collection<String> names) throws InputException {
    Set<String> all = new TreeSet<>(names);
    List<String> chosen = new ArrayList<>();
    boolean weights = false;
    boolean config = false;
    for (String encoder : ENCODERS) {
      List<String> parts = weights(where, encoder, all);
      weights |= !parts.isEmpty();
      config |= all.contains(encoder + "config.json");
      chosen.addAll(parts);
      SMALL.stream().map(name -> encoder + name).filter(all::contains).forEach(chosen::add);
    }
    all.stream().filter(name -> MODULE.matcher(name).matches()).forEach(chosen::add);
    if (!config || !weights) {
      throw new InputException(
          where
              + " has no "
              + (config ? "model.safetensors or pytorch_model.bin" : "config.json")
              + ", so it is no BERT checkpoint that can be read; it has "
              + summary(all)
              + ".");
    }
    chosen.sort(null);
    return chosen;
  }

  private static String summary(Set<String> all) {
    if (all.isEmpty()) {
      return "no files at all";
    }
    int shown = Math.min(6, all.size());
    String names = String.join(", ", all.stream().limit(shown).toList());
    return all.size() > shown ? names + " and " + (all.size() - shown) + " more" : names;
  }

  /** The weights of one encoder: safetensors before pickles, one file before shards. */
  private static List<String> weights(String where, String encoder, Set<String> all)
      throws InputException {
    for (String name : List.of("model.safetensors", "pytorch_model.bin")) {
      String whole = encoder + name;
      String index = whole + ".index.json";
      if (all.contains(whole)) {
        return List.of(whole);
      }
      if (all.contains(index)) {
        List<String> parts = new ArrayList<>(shards(where, whole, all));
        parts.add(index);
        return parts;
      }
    }
    return List.of();
  }

  private static List<String> shards(String where, String whole, Set<String> all)
      throws InputException {
    String stem = whole.substring(0, whole.lastIndexOf('.')) + "-";
    String ending = whole.substring(whole.lastIndexOf('.'));
    for (String name : all) {
      Matcher shard = SHARD.matcher(name);
      if (shard.matches() && shard.group(1).equals(stem) && shard.group(4).equals(ending)) {
        return complete(where, stem, Integer.parseInt(shard.group(3)), ending, all);
      }
    }
    throw new InputException(
        where + " has " + whole + ".index.json but none of the shards it speaks of.");
  }

  private static List<String> complete(
      String where, String stem, int count, String ending, Set<String> all) throws InputException {
    List<String> shards = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String name = String.format(Locale.ROOT, "%s%05d-of-%05d%s", stem, i, count, ending);
      if (!all.contains(name)) {
        throw new InputException(where + " lacks " + name + ", one of " + count + " shards.");
      }
      shards.add(name);
    }
    return shards;
  }
}
