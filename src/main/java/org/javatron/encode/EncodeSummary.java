package org.javatron.encode;

import java.nio.file.Path;

/**
 * What a run of encoding did.
 *
 * @param output the folder that holds the embeddings
 * @param rows rows in that folder, earlier runs' included
 * @param encoded rows encoded by this run
 * @param tokens tokens encoded by this run, special tokens included
 * @param truncated texts of this run that were longer than the maximum length
 * @param seconds wall time from the first text read to the embeddings' last byte on disk; not the
 *     loading of the model
 */
public record EncodeSummary(
    Path output, long rows, long encoded, long tokens, long truncated, double seconds) {}
