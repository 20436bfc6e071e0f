package org.javatron.weights;

import java.util.List;

/**
 * Canonical tensor names, those of Transformers' BertModel, and what a name outside of BERT means.
 */
final class TensorNames {
  /**
   * What wrappers put before the names: task models (bert.), DistributedDataParallel (module.),
   * Tevatron (lm_q., lm_p.), sentence-transformers (0.auto_model.), torch.compile (_orig_mod.).
   */
  private static final List<String> PREFIXES =
      List.of(
          "module.", "_orig_mod.", "model.", "lm.", "lm_q.", "lm_p.", "0.", "auto_model.", "bert.");

  private TensorNames() {}

  /**
   * The name without prefixes, and with weight and bias for LayerNorm's gamma and beta (checkpoints
   * that came from TensorFlow).
   */
  static String canonical(String name) {
    String rest = name;
    boolean stripped = true;
    while (stripped) {
      stripped = false;
      for (String prefix : PREFIXES) {
        if (rest.startsWith(prefix)) {
          rest = rest.substring(prefix.length());
          stripped = true;
        }
      }
    }
    if (rest.endsWith(".LayerNorm.gamma")) {
      return rest.substring(0, rest.length() - "gamma".length()) + "weight";
    }
    if (rest.endsWith(".LayerNorm.beta")) {
      return rest.substring(0, rest.length() - "beta".length()) + "bias";
    }
    return rest;
  }

  /**
   * Whether a name is fit for a terminal: control characters in it could pretend anything there.
   */
  static boolean printable(String name) {
    return name.chars().noneMatch(Character::isISOControl);
  }

  /** Why a tensor is not part of the encoder, for the report. */
  static String whyUnused(String canonical) {
    if (canonical.endsWith("position_ids") || canonical.endsWith("token_type_ids")) {
      return "buffer";
    }
    if (canonical.startsWith("cls.") || canonical.startsWith("c_head.")) {
      return "pre-training head";
    }
    if (canonical.startsWith("classifier.") || canonical.startsWith("qa_outputs.")) {
      return "task head";
    }
    return "not part of a BERT encoder";
  }
}
