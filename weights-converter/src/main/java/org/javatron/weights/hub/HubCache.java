package org.javatron.weights.hub;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.javatron.io.AtomicFile;
import org.javatron.io.InputException;

/** One model's folder in the cache: blobs by hash, snapshots by commit, refs by revision. */
final class HubCache {
  /** File locks hold between processes; these hold between the threads of this one. */
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final ModelId model;
  private final Path lockFile;
  private final Path folder;

  HubCache(Path cache, ModelId model) {
    this.model = model;
    Path root = cache.toAbsolutePath().normalize();
    this.folder = root.resolve(model.folder());
    this.lockFile = root.resolve(".locks").resolve(model.folder() + ".lock");
  }

  Path blob(RemoteFile file) {
    return folder.resolve("blobs").resolve(file.hash());
  }

  boolean has(RemoteFile file) throws IOException {
    return Files.isRegularFile(blob(file)) && Files.size(blob(file)) == file.size();
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  private Path ref(String revision) {
    return folder.resolve("refs").resolve(revision);
  }

  /** Whether nothing is left to be done for these files. */
  boolean isComplete(String commit, String revision, List<RemoteFile> files) throws IOException {
    for (RemoteFile file : files) {
      if (!has(file) || !Files.isRegularFile(snapshot(commit).resolve(file.name()))) {
        return false;
      }
    }
    return revision.equals(commit) || commit(revision).equals(Optional.of(commit));
  }

  private Optional<String> commit(String revision) throws IOException {
    Path ref = ref(revision);
    return Files.isRegularFile(ref) ? Optional.of(Files.readString(ref).strip()) : Optional.empty();
  }

  /** The whole snapshot of a revision or commit, if it is in the cache. */
  Optional<Path> find(String revision) throws IOException {
    Path snapshot = snapshot(commit(revision).orElse(revision));
    if (!Files.isDirectory(snapshot)) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(snapshot)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
          .forEach(names::add);
    }
    ModelFiles.choose("The cached copy of model '" + model.name() + "' in " + snapshot, names);
    return Optional.of(snapshot);
  }

  /** Waits until no other process and no other thread downloads this model. */
  Closeable lock(HubListener listener) throws IOException {
    Files.createDirectories(lockFile.getParent());
    Files.createDirectories(folder.resolve("blobs"));
    ReentrantLock thread = THREADS.computeIfAbsent(lockFile, path -> new ReentrantLock());
    boolean waited = !thread.tryLock();
    if (waited) {
      listener.notice(waiting("thread"));
      thread.lock();
    }
    try {
      FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        listener.notice(waiting("process"));
        channel.lock();
      }
      return () -> {
        try {
          channel.close(); // gives the lock back; the empty file stays
        } finally {
          thread.unlock();
        }
      };
    } catch (IOException | RuntimeException e) {
      thread.unlock();
      throw e;
    }
  }

  private String waiting(String whom) {
    return "Another " + whom + " is downloading model '" + model.name() + "'; waiting for it.";
  }

  /** Puts up a commit's files, all at once if it is new, and notes which revision it is. */
  Path publish(String commit, String revision, List<RemoteFile> files) throws IOException {
    Path snapshot = snapshot(commit);
    if (Files.exists(snapshot)) {
      link(snapshot, snapshot, files);
    } else {
      Path staging = snapshot.resolveSibling("." + commit + ".tmp");
      deleteTree(staging);
      link(staging, snapshot, files);
      Files.move(staging, snapshot, StandardCopyOption.ATOMIC_MOVE);
    }
    if (!revision.equals(commit)) {
      try (AtomicFile ref = AtomicFile.create(ref(revision))) {
        ref.stream().write(commit.getBytes(StandardCharsets.US_ASCII));
        ref.commit();
      }
    }
    return snapshot;
  }

  private void link(Path into, Path snapshot, List<RemoteFile> files) throws IOException {
    for (RemoteFile file : files) {
      Path link = into.resolve(file.name());
      Path blob = blob(file);
      Files.createDirectories(link.getParent());
      Files.deleteIfExists(link);
      Path relative = snapshot.resolve(file.name()).getParent().relativize(blob);
      try {
        Files.createSymbolicLink(link, relative);
      } catch (UnsupportedOperationException | FileSystemException e) {
        Files.createLink(link, blob); // Windows gives symbolic links to administrators only
      }
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  InputException notCached(String revision) {
    return new InputException(
        "Model '"
            + model.name()
            + "' at revision '"
            + revision
            + "' is not in the cache ("
            + folder
            + ") and --offline forbids to download it.");
  }
}
