package org.javatron.search;

/**
 * One passage found.
 *
 * @param id the passage's id
 * @param ordinal its row, from 0
 * @param score its score; greater is better
 */
public record Hit(String id, int ordinal, float score) {}
