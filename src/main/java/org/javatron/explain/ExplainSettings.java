package org.javatron.explain;

import java.nio.file.Path;
import org.javatron.kernels.KernelSettings;

/**
 * What is explained, and how its texts are cut.
 *
 * @param model the model directory, tied or untied
 * @param queryMaxLength most tokens of a query, {@code [CLS]} and {@code [SEP]} included; null for
 *     the model's own
 * @param passageMaxLength most tokens of a passage; null for the model's own
 * @param separator what joins title and body; null for the model's own
 * @param kernels compute the model
 */
public record ExplainSettings(
    Path model,
    Integer queryMaxLength,
    Integer passageMaxLength,
    String separator,
    KernelSettings kernels) {}
