package org.javatron.embeddings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.javatron.io.InputException;

/** Which embeddings may be compared: an inner product means something within one model only. */
public final class EncoderSettings {
  /** What queries and passages share; lengths and the separator are each side's. */
  private static final List<String> SHARED_BY_SIDES =
      List.of("model_sha256", "tokenizer_sha256", "pooling", "normalize");

  private EncoderSettings() {}

  /**
   * Refuses folders of one collection that were made differently, in any setting: a passage that
   * was cut shorter than its rivals, or joined by another separator, is at a disadvantage.
   *
   * @param embeddings folders opened as one
   * @throws InputException naming the first setting that differs, both values and both folders
   */
  public static void requireAlike(Embeddings embeddings) throws InputException {
    for (int i = 1; i < embeddings.directories().size(); i++) {
      refuse(
          EmbeddingsHeader.difference("", encoder(embeddings, 0), encoder(embeddings, i)),
          embeddings.directories().get(0),
          embeddings.directories().get(i));
    }
  }

  /**
   * Refuses a search that would compare vectors of different making: queries whose model,
   * tokenizer, pooling or normalisation is not the passages', folders of either side that {@link
   * #requireAlike} refuses, or queries' embeddings in the passages' place. A setting that only one
   * side has counts as different; one that neither has does not.
   *
   * @param queries the queries' embeddings
   * @param passages the passages'
   * @throws InputException naming the first setting that differs, both values and both folders
   */
  public static void requireComparable(Embeddings queries, Embeddings passages)
      throws InputException {
    requireAlike(passages);
    Path first = passages.directories().get(0);
    ObjectNode settings = encoder(passages, 0);
    if (settings.path("side").asText().equals("query")) {
      throw new InputException(first + " holds embeddings of queries, expected passages");
    }
    for (String name : SHARED_BY_SIDES) {
      JsonNode there = settings.get(name);
      JsonNode here = encoder(queries, 0).get(name);
      if (there != null || here != null) {
        refuse(EmbeddingsHeader.difference(name, there, here), first, queries.directories().get(0));
      }
    }
    requireAlike(queries);
  }

  private static ObjectNode encoder(Embeddings embeddings, int folder) {
    return embeddings.manifests().get(folder).header().encoder();
  }

  private static void refuse(Optional<String> difference, Path there, Path here)
      throws InputException {
    if (difference.isPresent()) {
      throw new InputException(
          String.format(
              "the embeddings in %s (there) and %s (here) were made differently: %s",
              there, here, difference.get()));
    }
  }
}
