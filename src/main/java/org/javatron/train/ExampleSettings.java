package org.javatron.train;

import java.nio.file.Path;
import java.util.List;

/**
 * Which texts a training sees.
 *
 * @param files training files, or folders of them
 * @param passagesPerQuery one positive, the others hard negatives; at least 1
 * @param queryMaxLength most tokens of a query, {@code [CLS]} and {@code [SEP]} included, 3 or
 *     more; null for the model's own
 * @param passageMaxLength most tokens of a passage, likewise
 * @param separator what joins title and text of a passage; null for the model's own
 * @param rotatePositives false to take each row's first positive always
 * @param shuffleNegatives false to take each row's first negatives always
 */
public record ExampleSettings(
    List<Path> files,
    int passagesPerQuery,
    Integer queryMaxLength,
    Integer passageMaxLength,
    String separator,
    boolean rotatePositives,
    boolean shuffleNegatives) {}
