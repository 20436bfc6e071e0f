package org.javatron.command;

import java.util.List;

/** Shows a command as one would type it. */
public final class TypedCommand {
  /** Columns of a command's lines, with room for the backslash at their end. */
  private static final int WIDTH = 78;

  private TypedCommand() {}

  /**
   * The command in lines that fit a screen: quoted where needed, broken before options.
   *
   * @param words the subcommand and its options
   * @return the lines, from {@code javatron} on, to be pasted into a shell
   */
  public static String of(List<String> words) {
    StringBuilder text = new StringBuilder("javatron");
    int lineStart = -2; // where a prompt of two characters stands before it
    for (int i = 0; i < words.size(); i++) {
      StringBuilder part = new StringBuilder(quoted(words.get(i)));
      if (words.get(i).startsWith("--")) {
        while (i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
          part.append(' ').append(quoted(words.get(++i)));
        }
      }
      if (text.length() - lineStart + 1 + part.length() > WIDTH) {
        text.append(" \\\n   ");
        lineStart = text.length() - 3;
      }
      text.append(' ').append(part);
    }
    return text.toString();
  }

  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
