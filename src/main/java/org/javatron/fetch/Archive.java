package org.javatron.fetch;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Enumeration;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.io.TextFiles;

/**
 * A tar.gz or zip archive, unpacked as it is read: memory does not depend on what is in it. Only
 * plain files and folders are taken, and no name may lead out of the folder.
 */
final class Archive {
  private static final int BLOCK = 1 << 16;

  private final Path file;
  private final Room room;
  private final byte[] block = new byte[BLOCK];

  Archive(Path file, Room room) {
    this.file = file;
    this.room = room;
  }

  /**
   * Unpacks into a folder, which may hold half of it after a failure.
   *
   * @param folder where to; made if missing
   * @param naming the name in the folder of each of the archive's files; null leaves a file out
   * @param progress counts the bytes written
   * @return how many files were written
   */
  int unpack(Path folder, Function<String, String> naming, Progress progress) throws IOException {
    Files.createDirectories(folder);
    return file.toString().endsWith(".zip")
        ? unzip(folder, naming, progress)
        : untar(folder, naming, progress);
  }

  private int unzip(Path folder, Function<String, String> naming, Progress progress)
      throws IOException {
    int files = 0;
    try (ZipFile zip = openZip()) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        requireInside(entry.getName());
        String wanted = entry.isDirectory() ? null : naming.apply(entry.getName());
        if (wanted != null) {
          try (InputStream in = zip.getInputStream(entry)) {
            long crc = write(in, wanted, entry.getSize(), folder, progress);
            if (crc != entry.getCrc()) {
              throw broken(new IOException("the checksum of '" + entry.getName() + "' is wrong"));
            }
          }
          files++;
        }
      }
    }
    return files;
  }

  /** A zip's list of entries stands at its end, so that a cut one cannot be opened. */
  private ZipFile openZip() throws IOException {
    try {
      return new ZipFile(file.toFile());
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private int untar(Path folder, Function<String, String> naming, Progress progress)
      throws IOException {
    int files = 0;
    int entries = 0;
    try (TarArchiveInputStream in = openTar()) {
      for (TarArchiveEntry entry = next(in); entry != null; entry = next(in)) {
        entries++;
        requireInside(entry.getName());
        if (!entry.isDirectory() && (!entry.isFile() || entry.isLink() || entry.isSymbolicLink())) {
          throw new InputException(
              "%s: expected files and folders in the archive, found '%s', which is a link or a device."
                  .formatted(file, entry.getName()));
        }
        String wanted = entry.isDirectory() ? null : naming.apply(entry.getName());
        if (wanted != null) {
          write(in, wanted, entry.getSize(), folder, progress);
          files++;
        }
      }
      while (read(in) >= 0) {} // to the end of the gzip data, whose checksum stands there
    }
    if (entries == 0) {
      throw broken(new IOException("it has no entry"));
    }
    return files;
  }

  private TarArchiveInputStream openTar() throws IOException {
    try {
      return new TarArchiveInputStream(TextFiles.open(file));
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private TarArchiveEntry next(TarArchiveInputStream in) throws IOException {
    try {
      return in.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      throw broken(e);
    }
  }

  private void requireInside(String name) throws InputException {
    boolean inside = !name.isEmpty() && !name.startsWith("/") && !name.matches("(?s).*[\\\\:\0].*");
    for (String part : name.split("/")) {
      inside &= !part.equals("..");
    }
    if (!inside) {
      throw new InputException(
          "%s: the archive's entry '%s' leads out of the folder and is refused."
              .formatted(file, name));
    }
  }

  /** Writes a file and gives its CRC-32. */
  private long write(InputStream in, String name, long size, Path folder, Progress progress)
      throws IOException {
    room.require("'" + name + "' of " + file.getFileName(), folder, size);
    Path to = folder.resolve(name);
    Files.createDirectories(to.getParent());
    CRC32 crc = new CRC32();
    try (FileChannel channel =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BLOCK)) {
      for (int n = read(in); n >= 0; n = read(in)) {
        out.write(block, 0, n);
        crc.update(block, 0, n);
        progress.step(n);
      }
      out.flush();
      channel.force(true);
    }
    return crc.getValue();
  }

  private int read(InputStream in) throws IOException {
    try {
      return in.read(block);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private InputException broken(Exception cause) {
    return new InputException(
        "%s is not a whole archive (%s): delete it and run the command again."
            .formatted(file, cause.getMessage()),
        cause);
  }
}
