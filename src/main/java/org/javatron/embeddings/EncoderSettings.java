package org.javatron.embeddings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.javatron.io.InputException;

/** Which embeddings may be compared: an inner product means something within one model only. */
public final class EncoderSettings {
  /** What queries and passages share; lengths and the separator are each side's own. */
  private static final List<String> SHARED_BY_SIDES =
      List.of("model_sha256", "tokenizer_sha256", "pooling", "normalize");

  private EncoderSettings() {}

  /**
   * Refuses a search that would compare vectors of different making: queries whose model,
   * tokenizer, pooling or normalisation is not the passages', passages whose folders differ in any
   * setting, or queries' embeddings in the passages' place. A setting that only one side has counts
   * as different; one that neither has does not.
   *
   * @param queries the queries' embeddings
   * @param passages the passages'
   * @throws InputException naming the first setting that differs, both values and both folders
   */
  public static void requireComparable(Embeddings queries, Embeddings passages)
      throws InputException {
    Path first = passages.directories().get(0);
    ObjectNode settings = encoder(passages, 0);
    for (int i = 1; i < passages.directories().size(); i++) {
      refuse(
          EmbeddingsHeader.difference("", settings, encoder(passages, i)),
          first,
          passages.directories().get(i));
    }
    if (settings.path("side").asText().equals("query")) {
      throw new InputException(
          first
              + " holds embeddings of queries, expected passages (--allow-mismatch searches them)");
    }
    for (int i = 0; i < queries.directories().size(); i++) {
      for (String name : SHARED_BY_SIDES) {
        JsonNode there = settings.get(name);
        JsonNode here = encoder(queries, i).get(name);
        if (there != null || here != null) {
          refuse(
              EmbeddingsHeader.difference(name, there, here), first, queries.directories().get(i));
        }
      }
    }
  }

  private static ObjectNode encoder(Embeddings embeddings, int folder) {
    return embeddings.manifests().get(folder).header().encoder();
  }

  private static void refuse(Optional<String> difference, Path there, Path here)
      throws InputException {
    if (difference.isPresent()) {
      throw new InputException(
          String.format(
              "the embeddings in %s (there) and %s (here) were made differently: %s"
                  + " (--allow-mismatch searches them all the same)",
              there, here, difference.get()));
    }
  }
}
