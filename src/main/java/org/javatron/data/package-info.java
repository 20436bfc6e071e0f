/**
 * The files of a retrieval collection, one reader or writer a kind: corpora and queries, qrels,
 * runs.
 *
 * <p>Every text file may be gzip-compressed. A file that is not as it must be is refused in one
 * sentence that names the file and the line; docs/formats.md shows each form.
 */
package org.javatron.data;
