package org.javatron.data;

import org.javatron.tokenize.TokenBuffer;

/**
 * JSON to the byte as Python's json.dumps writes it, which is how Tevatron's files are made: a
 * blank after commas and colons, and nothing but ASCII.
 */
public final class PythonJson {
  private PythonJson() {}

  /**
   * Appends a string in quotation marks. All but printable ASCII is escaped, as UTF-16 in
   * lower-case hexadecimal.
   *
   * @param text any text
   * @param out takes it, such as {@code "caf\}{@code u00e9"}
   */
  public static void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c >= ' ' && c <= '~') {
            out.append(c);
          } else {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              out.append(Character.forDigit(c >> shift & 15, 16));
            }
          }
        }
      }
    }
    out.append('"');
  }

  /**
   * Appends a list of token ids.
   *
   * @param ids the ids
   * @param out takes them, such as {@code [2054, 2003]}
   */
  public static void ids(TokenBuffer ids, StringBuilder out) {
    out.append('[');
    for (int i = 0; i < ids.size(); i++) {
      out.append(i == 0 ? "" : ", ").append(ids.get(i));
    }
    out.append(']');
  }
}
