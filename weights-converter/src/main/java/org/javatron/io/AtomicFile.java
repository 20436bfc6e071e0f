package org.javatron.io;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file that appears whole under its name or not at all.
 *
 * <p>Bytes go to a temporary file beside the target; {@link #commit} forces them to disk and
 * renames. A crash, an exception or a full disk leaves the old file, if there was one, untouched.
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.create(target)) {
 *   file.stream().write(bytes);
 *   file.commit();
 * }
 * }</pre>
 *
 * <p>Missing parent folders are made. Not thread-safe.
 */
public final class AtomicFile implements Closeable {
  /** Temporary files being written: Ctrl-C ends the process without {@link #close}. */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(path -> path.toFile().delete())));
  }

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final OutputStream stream;
  private boolean done;

  private AtomicFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
    this.stream = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
  }

  /**
   * Opens a temporary file beside the target.
   *
   * @param target where the file will stand after {@link #commit}; replaced if it exists
   * @return the open file, to be committed and closed by the caller
   * @throws InputException if a folder has that name, or the folder cannot be made or written
   * @throws IOException if the disk refuses
   */
  public static AtomicFile create(Path target) throws IOException {
    if (Files.isDirectory(target)) {
      throw new InputException(target + " is a folder; expected a file to write");
    }
    Path absolute = target.toAbsolutePath();
    Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".tmp");
    try {
      Files.createDirectories(absolute.getParent());
      FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      OPEN.add(temporary);
      return new AtomicFile(absolute, temporary, channel);
    } catch (FileSystemException e) {
      // The temporary name is nobody's business but ours.
      throw new InputException(target + " cannot be written: " + reason(e, absolute), e);
    }
  }

  private static String reason(FileSystemException error, Path target) {
    if (error instanceof FileAlreadyExistsException) {
      return error.getFile() + " is a file; expected a folder";
    }
    if (error instanceof AccessDeniedException) {
      return "no permission in " + target.getParent();
    }
    return error.getReason() == null
        ? "files cannot be made in " + target.getParent()
        : error.getReason();
  }

  /**
   * Where the bytes go, buffered.
   *
   * @return the stream; closing it is {@link #close}'s work
   */
  public OutputStream stream() {
    return stream;
  }

  /**
   * Makes the file appear under its name.
   *
   * @throws IOException if the bytes cannot be forced to disk or the file not renamed
   */
  public void commit() throws IOException {
    stream.flush();
    channel.force(true);
    channel.close();
    // From here on the temporary name may be another process's.
    OPEN.remove(temporary);
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    done = true;
  }

  /** Closes the file; without {@link #commit} before, nothing of it is left. */
  @Override
  public void close() throws IOException {
    if (done) {
      return;
    }
    channel.close();
    OPEN.remove(temporary);
    Files.deleteIfExists(temporary);
  }
}
