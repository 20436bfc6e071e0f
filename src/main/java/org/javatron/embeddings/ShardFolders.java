package org.javatron.embeddings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.javatron.io.InputException;

/** Finds what a folder named by the user holds: embeddings, or all shards of them. */
final class ShardFolders {
  private static final Pattern NAME = Pattern.compile("shard-(\\d{1,9})-of-(\\d{1,9})");

  private ShardFolders() {}

  /** The folder itself if it holds embeddings, else its shards in order, all of them. */
  static List<Path> of(Path given) throws IOException {
    if (!Files.exists(given)) {
      throw new NoSuchFileException(given.toString());
    }
    if (EmbeddingsWriter.isFinished(given)) {
      return List.of(given);
    }
    requireFinished(given);
    List<Matcher> names = shards(given);
    if (names.isEmpty()) {
      throw new InputException(
          given
              + " holds no embeddings: expected a "
              + EmbeddingsManifest.NAME
              + " or folders named shard-0-of-4 and so on");
    }
    int count = Integer.parseInt(names.get(0).group(2));
    for (Matcher name : names) {
      if (Integer.parseInt(name.group(2)) != count) {
        throw new InputException(
            String.format(
                "%s holds shards of different divisions: %s and %s",
                given, names.get(0).group(), name.group()));
      }
    }
    List<Path> folders =
        IntStream.range(0, count).mapToObj(i -> new Shard(i, count, 0).directory(given)).toList();
    List<String> missing =
        folders.stream()
            .filter(folder -> !Files.exists(folder))
            .map(folder -> folder.getFileName().toString())
            .toList();
    if (!missing.isEmpty()) {
      throw new InputException(given + " lacks " + String.join(", ", missing));
    }
    for (Path folder : folders) {
      requireFinished(folder);
    }
    return folders;
  }

  private static List<Matcher> shards(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .map(child -> NAME.matcher(child.getFileName().toString()))
          .filter(Matcher::matches)
          .sorted((a, b) -> a.group().compareTo(b.group()))
          .toList();
    }
  }

  private static void requireFinished(Path folder) throws IOException {
    if (EmbeddingsWriter.isFinished(folder)) {
      return;
    }
    var journal = Journal.read(folder);
    if (journal.isPresent()) {
      throw new InputException(
          String.format(
              "%s is unfinished (%d of %d rows): repeat its encode command to continue it",
              folder, journal.get().rows(), journal.get().header().rows()));
    }
  }
}
