package org.javatron.train;

import java.nio.file.Path;
import java.util.List;

/**
 * How a training asks, now and then, how good the retriever has become.
 *
 * @param queries the held-out queries' file
 * @param qrels which passages answer them
 * @param corpus files of one corpus
 * @param sample most queries to ask, 1 or more
 * @param passages most passages to search, 0 for all
 * @param everySteps steps between two evaluations, 1 or more
 */
public record EvaluationSettings(
    Path queries, Path qrels, List<Path> corpus, int sample, int passages, int everySteps) {}
