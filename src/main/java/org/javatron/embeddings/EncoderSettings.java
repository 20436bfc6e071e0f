package org.javatron.embeddings;

import java.util.List;
import java.util.Optional;

/** Which embeddings may be compared: an inner product means something within one model only. */
public final class EncoderSettings {
  /** What queries and passages share; lengths and the separator are each side's own. */
  private static final List<String> SHARED_BY_SIDES =
      List.of("model_sha256", "tokenizer_sha256", "pooling", "normalize");

  private EncoderSettings() {}

  /**
   * What keeps queries from being searched among passages: the first of {@code model_sha256},
   * {@code tokenizer_sha256}, {@code pooling} and {@code normalize} that differs. A setting that
   * only one side has counts as different; one that neither has does not.
   *
   * @param queries the queries' header
   * @param passages the passages' header
   * @return the setting and both values, {@code pooling is "cls" there and "mean" here} (there: the
   *     passages, here: the queries); empty if they agree
   */
  public static Optional<String> mismatch(EmbeddingsHeader queries, EmbeddingsHeader passages) {
    return SHARED_BY_SIDES.stream()
        .map(
            name ->
                EmbeddingsHeader.difference(
                    name, passages.encoder().get(name), queries.encoder().get(name)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * What keeps two folders of passages from being searched as one collection: any setting of the
   * encoder that differs, the separator and the maximum length included.
   *
   * @param there one folder's header
   * @param here the other's
   * @return the setting and both values; empty if they agree
   */
  public static Optional<String> difference(EmbeddingsHeader there, EmbeddingsHeader here) {
    return EmbeddingsHeader.difference("", there.encoder(), here.encoder());
  }
}
