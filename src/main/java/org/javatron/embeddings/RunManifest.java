package org.javatron.embeddings;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.javatron.io.InputException;

/**
 * {@code RUN.manifest.json}, beside a run: what shaped the vectors that were compared, so that runs
 * of different models are not merged. A run of vectors that do not say how they were made has none.
 *
 * @param queries the settings of the queries' encoder, as in {@link EmbeddingsHeader}
 * @param passages those of the passages'
 */
public record RunManifest(ObjectNode queries, ObjectNode passages) {
  private static final String FORMAT = "javatron-run";

  /**
   * What is known of vectors that are compared.
   *
   * @param queries the queries'
   * @param passages the passages', comparable with them
   * @return the manifest, or nothing if either side does not say how it was made
   */
  public static Optional<RunManifest> of(Vectors queries, Vectors passages) {
    return queries instanceof Embeddings asked && passages instanceof Embeddings searched
        ? Optional.of(new RunManifest(encoder(asked), encoder(searched)))
        : Optional.empty();
  }

  private static ObjectNode encoder(Embeddings embeddings) {
    return embeddings.manifests().get(0).header().encoder();
  }

  private static Path file(Path run) {
    return run.resolveSibling(run.getFileName() + ".manifest.json");
  }

  /**
   * Removes a run's manifest, if it has one, before the run is replaced.
   *
   * @param run the run
   * @throws IOException if it cannot be removed
   */
  public static void remove(Path run) throws IOException {
    Files.deleteIfExists(file(run));
  }

  /**
   * Writes the manifest of a run that is there.
   *
   * @param run the run
   * @throws IOException if it cannot be written
   */
  public void write(Path run) throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("format", FORMAT).put("version", 1).put("bytes", Files.size(run));
    json.set("queries", queries);
    json.set("passages", passages);
    JsonFields.write(file(run), json);
  }

  /**
   * Reads the manifest of a run.
   *
   * @param run the run
   * @return its manifest; nothing if there is none, or one of a run of another size, which stood
   *     there before
   * @throws IOException if it cannot be read, or a field is missing or wrong (the message names it)
   */
  public static Optional<RunManifest> read(Path run) throws IOException {
    if (!Files.exists(file(run))) {
      return Optional.empty();
    }
    JsonFields json = JsonFields.read(file(run));
    if (!json.text("format").equals(FORMAT)) {
      throw json.wrong("format", "\"" + FORMAT + "\"", json.node().path("format"));
    }
    if (json.number("bytes", 0, Long.MAX_VALUE) != Files.size(run)) {
      return Optional.empty();
    }
    return Optional.of(
        new RunManifest(
            (ObjectNode) json.object("queries").node(),
            (ObjectNode) json.object("passages").node()));
  }

  /**
   * Refuses two runs whose vectors were made differently, in any setting.
   *
   * @param run the run this is the manifest of
   * @param other another run
   * @param manifest its manifest
   * @throws InputException naming both runs and the first setting that differs
   */
  public void requireAlike(Path run, Path other, RunManifest manifest) throws InputException {
    Optional<String> difference =
        EmbeddingsHeader.difference("queries", queries, manifest.queries)
            .or(() -> EmbeddingsHeader.difference("passages", passages, manifest.passages));
    if (difference.isPresent()) {
      throw new InputException(
          String.format(
              "the vectors of %s (there) and %s (here) were made differently: %s",
              run, other, difference.get()));
    }
  }
}
