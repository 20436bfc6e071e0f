package org.javatron.mine;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.javatron.data.ShardFiles;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;

/**
 * Brings the {@code splitNN.json} of one folder into another, so that BM25's rows stand beside the
 * {@code splitNN.hn.json} of mined ones and one folder is all that training reads.
 *
 * <p>Files are hard-linked, which takes no room and outlives the first name; where the disk cannot
 * link between the two folders they are copied.
 *
 * @param files their paths in the new folder
 * @param linked whether all of them are links
 */
public record ShardMerge(List<Path> files, boolean linked) {
  /**
   * What a folder has to give.
   *
   * @param from a folder of rows
   * @return its {@code splitNN.json}, in order
   * @throws IOException if there is none
   */
  public static List<Path> shards(Path from) throws IOException {
    List<Path> shards = ShardFiles.existing(from, ".json");
    if (shards.isEmpty()) {
      throw new InputException(
          from + ": expected training rows (splitNN.json) in this folder, found none");
    }
    return shards;
  }

  /**
   * Links or copies the files.
   *
   * @param from a folder of rows
   * @param into the folder that shall have them too; files of their names are replaced
   * @return what was done
   * @throws IOException if there is nothing to merge, or a file can be neither linked nor copied
   */
  public static ShardMerge of(Path from, Path into) throws IOException {
    List<Path> shards = shards(from);
    boolean linked = true;
    for (Path shard : shards) {
      linked &= link(shard, into.resolve(shard.getFileName()));
    }
    return new ShardMerge(
        shards.stream().map(shard -> into.resolve(shard.getFileName())).toList(), linked);
  }

  private static boolean link(Path shard, Path target) throws IOException {
    Path temporary = target.resolveSibling("." + target.getFileName() + ".link");
    try {
      Files.deleteIfExists(temporary);
      Files.createLink(temporary, shard.toRealPath());
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      // A rename between two names of one file does nothing, and leaves both.
      Files.deleteIfExists(temporary);
      return true;
    } catch (FileSystemException | UnsupportedOperationException e) {
      try (AtomicFile copy = AtomicFile.create(target)) {
        Files.copy(shard, copy.stream());
        copy.commit();
      }
      return false;
    }
  }
}
