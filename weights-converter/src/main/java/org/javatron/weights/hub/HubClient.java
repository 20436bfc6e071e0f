package org.javatron.weights.hub;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.javatron.http.Retry;
import org.javatron.http.UnreachableException;
import org.javatron.io.InputException;

/**
 * Fetches BERT checkpoints from the Hugging Face Hub, or a mirror of it, into a local cache.
 *
 * <pre>{@code
 * HubSettings settings = HubSettings.fromEnvironment(System.getenv());
 * HubClient hub = HubClient.of(settings, HubListener.console(err));
 * Path folder = hub.fetchModel("Luyu/co-condenser-marco-retriever", "main");
 * }</pre>
 *
 * <p>Only the files of a BERT encoder are fetched: configuration, tokenizer, sentence-transformers
 * modules, and one form of the weights ({@code model.safetensors} before {@code pytorch_model.bin},
 * either may be sharded); for an untied Tevatron model those of {@code query_model/} and {@code
 * passage_model/}. The package's description tells how bytes travel and are verified.
 *
 * <p>Any number of processes may share a cache: one downloads a model, the others wait for it.
 * Thread-safe if the listener is.
 */
public final class HubClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final long SPARE_BYTES = 64L << 20;

  /** How much room a folder's disk has; the tests' disks are smaller. */
  interface FreeSpace {
    long bytes(Path folder) throws IOException;
  }

  private final HubSettings settings;
  private final HubListener listener;
  private final Retry retry;
  private final FreeSpace freeSpace;
  private final HubHttp http;
  private final HubApi api;

  HubClient(
      HubSettings settings,
      HubListener listener,
      Retry retry,
      Duration timeout,
      FreeSpace freeSpace) {
    this.settings = settings;
    this.listener = listener;
    this.retry = retry;
    this.freeSpace = freeSpace;
    this.http = new HubHttp(settings, timeout);
    this.api = new HubApi(http, settings, retry);
  }

  /**
   * A client. It makes no connection yet, and there is nothing to close.
   *
   * @param settings where from and where to
   * @param listener hears how the download goes
   * @return the client
   */
  public static HubClient of(HubSettings settings, HubListener listener) {
    return new HubClient(
        settings,
        listener,
        Retry.standard(listener::notice),
        TIMEOUT,
        folder -> Files.getFileStore(folder).getUsableSpace());
  }

  /**
   * Whether a text can name a model on the hub: {@code bert-base-uncased}, {@code
   * Luyu/co-condenser-marco}.
   *
   * @param text what the user gave
   * @return whether it has the form of a model's id; the hub need not have it
   */
  public static boolean isModelId(String text) {
    return ModelId.isValid(text);
  }

  /**
   * The folder of a model's files, downloaded if they are not in the cache.
   *
   * <p>With everything in the cache one short request is made (which commit is the revision now?);
   * offline, none. A transfer that fails for a passing reason (broken connection, no answer within
   * 30 seconds, status 429 or 5xx) is tried again after 1, 2, 4 and 8 seconds, five times in all
   * without getting further.
   *
   * @param id the model: {@code bert-base-uncased}, {@code Luyu/co-condenser-marco}
   * @param revision a branch, tag, commit or pull request ({@code refs/pr/1})
   * @return the folder, to be read only: its files are links into the cache
   * @throws IOException if the model cannot be had; an {@link InputException} says why in one
   *     sentence: no such model or revision, no permission, a damaged file, no room, no network
   */
  public Path fetchModel(String id, String revision) throws IOException {
    ModelId model = ModelId.of(id);
    String wanted = ModelId.revision(revision);
    HubCache cache = new HubCache(settings.cache(), model);
    if (settings.offline()) {
      return cache.find(wanted).orElseThrow(() -> cache.notCached(wanted));
    }
    HubApi.Listing listing;
    try {
      listing = api.list(model, wanted);
    } catch (UnreachableException e) {
      if (cache.find(wanted).isEmpty()) {
        throw e;
      }
      throw new InputException(e.getMessage() + " A copy of '" + id + "' is in the cache.", e);
    }
    String where = "Model '" + id + "' at revision '" + wanted + "'";
    List<String> names = ModelFiles.choose(where, listing.files().keySet());
    List<RemoteFile> files = api.describe(model, listing, names);
    if (cache.isComplete(listing.commit(), wanted, files)) {
      return cache.snapshot(listing.commit());
    }
    Closeable lock = cache.lock(listener);
    try {
      download(cache, model, listing.commit(), files);
      return cache.publish(listing.commit(), wanted, files);
    } finally {
      lock.close();
    }
  }

  private void download(HubCache cache, ModelId model, String commit, List<RemoteFile> files)
      throws IOException {
    Map<String, RemoteFile> missing = new LinkedHashMap<>(); // equal files are fetched once
    long total = 0;
    long done = 0;
    for (RemoteFile file : files) {
      if (!cache.has(file) && missing.putIfAbsent(file.hash(), file) == null) {
        total += file.size();
        done += BlobDownload.left(cache.blob(file));
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    checkSpace(model, total - done);
    listener.started(model.name(), done, total);
    try {
      for (RemoteFile file : missing.values()) {
        new BlobDownload(http, api, retry, listener, model, commit, file, cache.blob(file)).run();
      }
    } finally {
      listener.ended();
    }
  }

  private void checkSpace(ModelId model, long bytes) throws IOException {
    long free = freeSpace.bytes(settings.cache());
    if (free < bytes + SPARE_BYTES) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "Model '%s' needs %d MB more in %s, but the disk has %d MB free; --cache names"
                  + " another folder.",
              model.name(),
              (bytes + SPARE_BYTES) / 1_000_000 + 1,
              settings.cache(),
              free / 1_000_000));
    }
  }
}
