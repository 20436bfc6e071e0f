package org.javatron.embeddings;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.javatron.io.InputException;
import org.javatron.io.Sha256;

/** A file that grows by blocks under a hidden name and gets its own when it is whole. */
final class BlockFile implements Closeable {
  private final Path named;
  private final Path part;
  private final FileChannel channel;

  /** Opens what a killed run left, or nothing. */
  BlockFile(Path named) throws IOException {
    this.named = named;
    part = part(named);
    channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static Path part(Path named) {
    return named.resolveSibling("." + named.getFileName() + ".part");
  }

  /** Refuses a second writer. */
  void lock() throws IOException {
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false; // by this process
    }
    if (!locked) {
      throw new InputException(named.getParent() + " is being written by another run");
    }
  }

  /** Blocks of so many bytes that are surely whole: the last may have been cut anywhere. */
  long whole(long blockBytes) throws IOException {
    return Math.max(0, channel.size() / blockBytes - 1);
  }

  void goOnAfter(long bytes) throws IOException {
    channel.truncate(bytes);
    channel.position(bytes);
  }

  long bytes() throws IOException {
    return channel.position();
  }

  void append(byte[] bytes, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Gives it its name; returns the hash. */
  String finish() throws IOException {
    channel.force(true);
    String hash = Sha256.of(channel);
    Files.move(part, named, StandardCopyOption.ATOMIC_MOVE);
    return hash;
  }

  /** Deletes those files of a folder, whole or not, whose names begin and end so. */
  static void discard(Path directory, String prefix, String suffix) throws IOException {
    String glob = String.format("{%s*%s,.%1$s*%2$s.part}", prefix, suffix);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
