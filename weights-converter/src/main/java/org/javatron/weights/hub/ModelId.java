package org.javatron.weights.hub;

import java.util.regex.Pattern;
import org.javatron.io.InputException;

/** The names that a user gives: a repository and a revision of it. */
record ModelId(String name) {
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9._/@+=~-]+");
  private static final int LONGEST = 96;

  static boolean isValid(String id) {
    String[] parts = id.split("/", -1);
    boolean valid =
        parts.length <= 2
            && id.length() <= LONGEST
            && !id.contains("--")
            && !id.contains("..")
            && !id.endsWith(".git");
    for (String part : parts) {
      valid &= PART.matcher(part).matches();
    }
    return valid;
  }

  static ModelId of(String id) throws InputException {
    if (!isValid(id)) {
      throw new InputException(
          "A hub model is named as in 'bert-base-uncased' or 'Luyu/co-condenser-marco' (letters,"
              + " digits, '_', '-', '.', at most one '/'), but '"
              + id
              + "' was given.");
    }
    return new ModelId(id);
  }

  static String revision(String revision) throws InputException {
    boolean valid = REVISION.matcher(revision).matches() && !revision.contains("..");
    for (String part : revision.split("/", -1)) {
      valid &= !part.isEmpty() && !part.startsWith(".");
    }
    if (!valid) {
      throw new InputException(
          "A revision is a branch, tag, commit or pull request such as 'main' or 'refs/pr/1', but '"
              + revision
              + "' was given.");
    }
    return revision;
  }

  /** The repository's folder in the cache. */
  String folder() {
    return "models--" + name.replace("/", "--");
  }
}
