package org.javatron.encode;

import java.nio.file.Path;
import java.util.List;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.model.Encoder;
import org.javatron.model.EncoderOptions;

/**
 * What to encode, with what, and where to.
 *
 * @param model a model directory written by {@code convert}
 * @param input files of one corpus, in order, or one file of queries
 * @param side whether the texts are queries or passages: which encoder of an untied pair, and which
 *     length of the model's
 * @param output the folder of the embeddings
 * @param maxLength most tokens of a text, {@code [CLS]} and {@code [SEP]} included; null for the
 *     model's own
 * @param separator what joins title and body; null for the model's own
 * @param shards into how many contiguous parts the corpus is divided, 1 or more
 * @param shard which of them to encode, from 0
 * @param type how values are stored
 * @param encoder threads, batch size and kernels
 * @param titles whether passages are encoded with their titles; false: their text alone
 * @param force whether finished embeddings in the output may be replaced
 */
public record EncodeSettings(
    Path model,
    List<Path> input,
    Encoder.Side side,
    Path output,
    Integer maxLength,
    String separator,
    int shards,
    int shard,
    EmbeddingType type,
    EncoderOptions encoder,
    boolean titles,
    boolean force) {
  /** What is counted, in the plural. */
  String unit() {
    return side == Encoder.Side.QUERY ? "queries" : "passages";
  }
}
