package org.javatron.weights.hub;

/**
 * A file of a repository at one commit.
 *
 * @param name its path in the repository, with slashes
 * @param size in bytes
 * @param hash 64 hexadecimal digits: SHA-256 of the bytes; 40: git's SHA-1 of "blob SIZE\0" and the
 *     bytes
 */
record RemoteFile(String name, long size, String hash) {
  /** Whether a text is a hash that the bytes can be checked against. */
  static boolean isHash(String text) {
    return text.matches("[0-9a-f]{40}|[0-9a-f]{64}");
  }
}
