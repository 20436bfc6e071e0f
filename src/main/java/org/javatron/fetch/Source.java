package org.javatron.fetch;

import java.net.URI;
import java.util.List;

/**
 * A file that can be downloaded.
 *
 * @param name the name it gets here
 * @param addresses where it lies, tried in this order; at least one
 * @param md5 its published MD5 in hexadecimal digits, or null if none is published
 */
public record Source(String name, List<URI> addresses, String md5) {}
