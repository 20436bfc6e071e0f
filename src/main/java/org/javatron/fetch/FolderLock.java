package org.javatron.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.javatron.io.InputException;

/** Keeps two fetches out of one folder; given back at the end, even at that of a killed process. */
final class FolderLock implements Closeable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  static FolderLock take(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve(".fetch.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return new FolderLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw taken(folder, e);
    }
    channel.close();
    throw taken(folder, null);
  }

  private static InputException taken(Path folder, Exception cause) {
    return new InputException(
        "Another fetch is at work in " + folder + ": wait for it, or take another folder.", cause);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
