package org.javatron.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.InputException;
import org.javatron.io.Progress;

/** A collection of BEIR, from its zip archive to a folder that the other commands read. */
public final class BeirFetch {
  /** What is unpacked of an archive takes about so many times its size: texts in JSON. */
  private static final long UNPACKED = 4;

  private final Downloader downloader;
  private final Sources sources;

  /**
   * Sets up; nothing is done yet.
   *
   * @param downloader gets the archive
   * @param sources says where it lies
   */
  public BeirFetch(Downloader downloader, Sources sources) {
    this.downloader = downloader;
    this.sources = sources;
  }

  /**
   * Fetches a collection: the archive to {@code downloads/NAME.zip}, its files to {@code NAME/}.
   *
   * @param name the collection's name at BEIR
   * @param folder where to; made if missing
   * @param force whether a folder of that name is replaced
   * @return the collection's folder
   * @throws IOException if the archive cannot be had or unpacked; an {@link InputException} says
   *     why in one sentence
   */
  public Path run(String name, Path folder, boolean force) throws IOException {
    Source source = sources.beir(name);
    Path collection = folder.resolve(name);
    FolderLock lock = FolderLock.take(folder);
    try {
      if (Files.exists(collection) && !force) {
        downloader.listener().notice(collection + " is there already.");
        return collection;
      }
      Path downloads = folder.resolve("downloads");
      long missing = downloader.missing(source, downloads);
      downloader.room().require("BEIR's " + name, folder, missing * (1 + UNPACKED));
      unpack(downloader.get(source, downloads), name, collection);
    } finally {
      lock.close();
    }
    return collection;
  }

  private void unpack(Path archive, String name, Path collection) throws IOException {
    Path hidden = collection.resolveSibling("." + name + ".tmp");
    try (Staging staging = new Staging(hidden);
        Progress progress =
            downloader.listener().begin("unpacking " + archive.getFileName(), 0, -1, "bytes")) {
      int files =
          new Archive(archive, downloader.room())
              .unpack(
                  staging.folder(),
                  entry -> entry.startsWith(name + "/") ? entry.substring(name.length() + 1) : null,
                  progress);
      if (files == 0) {
        throw new InputException(
            "%s: expected a folder %s in the archive, found none".formatted(archive, name));
      }
      staging.publish(collection);
    }
  }
}
