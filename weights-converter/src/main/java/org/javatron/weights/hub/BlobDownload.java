package org.javatron.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.http.Retry;
import org.javatron.http.TransientException;
import org.javatron.io.InputException;

/**
 * Brings one file into the cache: continued where it broke, verified before it gets its name.
 *
 * <p>The unfinished file is named after the content's hash, so what an earlier run left is a
 * beginning of this very content or, if something went wrong, is found out by the hash at the end.
 */
final class BlobDownload {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");
  private static final int BLOCK = 1 << 16;

  private final HubHttp http;
  private final HubApi api;
  private final Retry retry;
  private final HubListener listener;
  private final ModelId model;
  private final String commit;
  private final RemoteFile file;
  private final Path blob;
  private final Path partial;

  /** The server's name for the bytes it last sent; it sends other bytes whole, not their rest. */
  private String validator;

  BlobDownload(
      HubHttp http,
      HubApi api,
      Retry retry,
      HubListener listener,
      ModelId model,
      String commit,
      RemoteFile file,
      Path blob) {
    this.http = http;
    this.api = api;
    this.retry = retry;
    this.listener = listener;
    this.model = model;
    this.commit = commit;
    this.file = file;
    this.blob = blob;
    this.partial = partial(blob);
  }

  static Path partial(Path blob) {
    return blob.resolveSibling(blob.getFileName() + ".incomplete");
  }

  /** Bytes of a file that an earlier run left. */
  static long left(Path blob) throws IOException {
    return Files.exists(partial(blob)) ? Files.size(partial(blob)) : 0;
  }

  /** Downloads, verifies, renames. */
  void run() throws IOException {
    boolean continued = left(blob) > 0;
    transfer();
    String found = ContentHash.of(partial, file.hash().length());
    if (!found.equals(file.hash()) && continued) {
      listener.notice(
          "What an earlier run left of '" + file.name() + "' is damaged; it is downloaded anew.");
      startOver();
      transfer();
      found = ContentHash.of(partial, file.hash().length());
    }
    if (!found.equals(file.hash())) {
      Files.delete(partial);
      throw new InputException(
          String.format(
              Locale.ROOT,
              "'%s' of model '%s' arrived damaged: its %s must be %s but is %s; the file was"
                  + " deleted.",
              file.name(),
              model.name(),
              ContentHash.name(file.hash().length()),
              file.hash(),
              found));
    }
    Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void transfer() throws IOException {
    if (left(blob) > file.size()) {
      startOver();
    }
    retry.run(
        () -> {
          attempt();
          return null;
        },
        this::reached);
  }

  private long reached() {
    return partial.toFile().length();
  }

  private void startOver() throws IOException {
    listener.transferred(file.name(), -left(blob));
    Files.deleteIfExists(partial);
    validator = null;
  }

  private void attempt() throws IOException {
    long have = left(blob);
    if (have == file.size() && Files.exists(partial)) {
      return;
    }
    URI uri = api.resolve(model, commit, file.name());
    HttpResponse<InputStream> response = http.get(uri, rangeHeaders(have));
    try (InputStream in = HubHttp.body(response, http.timeout())) {
      int status = response.statusCode();
      if (status == 416 || (status == 206 && !continues(response, have))) {
        startOver();
        throw new TransientException(
            response.uri().getHost() + " cannot continue '" + file.name() + "'", null);
      }
      if (status != 200 && status != 206) {
        throw api.error(response, model, commit, file.name());
      }
      if (status == 200) {
        startOver(); // the whole file again: ranges are not supported, or the bytes are others
        checkLength(response);
      }
      validator =
          response.headers().firstValue("ETag").filter(tag -> !tag.startsWith("W/")).orElse(null);
      append(in);
    }
  }

  private Map<String, String> rangeHeaders(long have) {
    Map<String, String> headers = new TreeMap<>();
    if (have > 0) {
      headers.put("Range", "bytes=" + have + "-");
      if (validator != null) {
        headers.put("If-Range", validator);
      }
    }
    return headers;
  }

  /** Whether the answer is the rest that was asked for, of a file of the right size. */
  private boolean continues(HttpResponse<?> response, long have) {
    Matcher range =
        CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
    return range.matches()
        && Long.parseLong(range.group(1)) == have
        && (range.group(3).equals("*") || Long.parseLong(range.group(3)) == file.size());
  }

  private void checkLength(HttpResponse<?> response) throws InputException {
    long length = response.headers().firstValueAsLong("Content-Length").orElse(file.size());
    if (length != file.size()) {
      throw wrongSize(response.uri().getHost() + " announces " + length);
    }
  }

  private InputException wrongSize(String found) {
    return new InputException(
        String.format(
            Locale.ROOT,
            "'%s' of model '%s' must have %d bytes, but %s.",
            file.name(),
            model.name(),
            file.size(),
            found));
  }

  private void append(InputStream in) throws IOException {
    byte[] block = new byte[BLOCK];
    try (FileChannel out =
        FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      long have = out.size();
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        have += count;
        if (have > file.size()) {
          startOver();
          throw wrongSize("more came; they were deleted");
        }
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        listener.transferred(file.name(), count);
      }
      out.force(true);
      if (have < file.size()) {
        throw new TransientException(
            String.format(
                Locale.ROOT, "'%s' broke off after %d of %d bytes", file.name(), have, file.size()),
            null);
      }
    }
  }
}
