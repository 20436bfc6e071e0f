/**
 * Exact search: the passages with the largest inner products for each query. {@link
 * org.javatron.search.ReferenceSearcher} says what is meant, {@link
 * org.javatron.search.ExactSearcher} does it fast. Knows vectors and ids, never what made them.
 */
package org.javatron.search;
