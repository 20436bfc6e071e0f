package org.javatron.weights.hub;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.javatron.http.Retry;
import org.javatron.io.InputException;

/** The hub's questions and answers about a repository, without the files' bytes. */
final class HubApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_ANSWER = 64 << 20;

  /**
   * A repository at a commit.
   *
   * @param commit 40 hexadecimal digits
   * @param files all files by path; null where the answer has no size and hash
   */
  record Listing(String commit, Map<String, RemoteFile> files) {}

  private final HubHttp http;
  private final HubSettings settings;
  private final Retry retry;

  HubApi(HubHttp http, HubSettings settings, Retry retry) {
    this.http = http;
    this.settings = settings;
    this.retry = retry;
  }

  /** Which commit a revision is and which files it has. */
  Listing list(ModelId model, String revision) throws IOException {
    URI uri =
        URI.create(
            settings.endpoint()
                + "/api/models/"
                + model.name()
                + "/revision/"
                + encode(revision)
                + "?blobs=true");
    return retry.run(() -> parse(uri, read(uri, model, revision)));
  }

  private byte[] read(URI uri, ModelId model, String revision) throws IOException {
    HttpResponse<InputStream> response = http.get(uri, Map.of());
    try (InputStream in = HubHttp.body(response, http.timeout())) {
      if (response.statusCode() != 200) {
        throw error(response, model, revision, null);
      }
      return in.readNBytes(LONGEST_ANSWER);
    }
  }

  private static Listing parse(URI uri, byte[] answer) throws InputException {
    JsonNode root;
    try {
      root = JSON.readTree(answer);
    } catch (JacksonException e) {
      throw new InputException(
          uri + " answered with something that is no JSON: is it a hub? Check HF_ENDPOINT.", e);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory", e);
    }
    String commit = root.path("sha").asText();
    if (!commit.matches("[0-9a-f]{40}") || !root.path("siblings").isArray()) {
      throw new InputException(
          uri
              + " must answer with a commit ('sha', 40 hexadecimal digits) and files ('siblings'),"
              + " but has not: is it a hub? Check HF_ENDPOINT.");
    }
    Map<String, RemoteFile> files = new LinkedHashMap<>();
    for (JsonNode sibling : root.path("siblings")) {
      String name = sibling.path("rfilename").asText();
      checkPath(uri, name);
      files.put(name, file(name, sibling));
    }
    return new Listing(commit, files);
  }

  /** Size and hash, or null where a mirror leaves them out. */
  private static RemoteFile file(String name, JsonNode sibling) {
    JsonNode lfs = sibling.path("lfs");
    String hash = lfs.path("sha256").asText(sibling.path("blobId").asText());
    long size = lfs.path("size").asLong(sibling.path("size").asLong(-1));
    return RemoteFile.isHash(hash) && size >= 0 ? new RemoteFile(name, size, hash) : null;
  }

  /** A server must not choose where on this machine a file is written. */
  private static void checkPath(URI uri, String name) throws InputException {
    boolean safe = !name.contains("\\") && !name.contains(":") && name.indexOf('\0') < 0;
    for (String part : name.split("/", -1)) {
      safe &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
    }
    if (!safe) {
      throw new InputException(
          uri
              + " lists a file '"
              + name
              + "', whose path leads out of the model's folder: refused.");
    }
  }

  /** Size and hashes of the chosen files, asking for those that the listing leaves out. */
  List<RemoteFile> describe(ModelId model, Listing listing, List<String> names) throws IOException {
    List<RemoteFile> files = new ArrayList<>();
    for (String name : names) {
      RemoteFile known = listing.files().get(name);
      files.add(
          known != null ? known : retry.run(() -> askForHeaders(model, listing.commit(), name)));
    }
    return files;
  }

  private RemoteFile askForHeaders(ModelId model, String commit, String name) throws IOException {
    HttpResponse<InputStream> response = http.head(resolve(model, commit, name));
    int status = response.statusCode();
    if (status >= 400) {
      throw error(response, model, commit, name);
    }
    String hash = hash(header(response, "X-Linked-Etag", header(response, "ETag", "")));
    String size = header(response, "X-Linked-Size", header(response, "Content-Length", ""));
    if (!RemoteFile.isHash(hash) || !size.matches("\\d{1,18}")) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s gives no usable size and hash for '%s' (ETag '%s', size '%s'), so it could not be"
                  + " verified.",
              response.uri().getHost(),
              name,
              hash,
              size));
    }
    return new RemoteFile(name, Long.parseLong(size), hash);
  }

  private static String header(HttpResponse<?> response, String name, String otherwise) {
    return response.headers().firstValue(name).orElse(otherwise);
  }

  private static String hash(String etag) {
    return etag.replaceFirst("^W/", "").replace("\"", "");
  }

  /** Where a file's bytes are. */
  URI resolve(ModelId model, String commit, String name) {
    StringBuilder path = new StringBuilder();
    for (String part : name.split("/")) {
      path.append('/').append(encode(part));
    }
    return URI.create(settings.endpoint() + "/" + model.name() + "/resolve/" + commit + path);
  }

  IOException error(HttpResponse<?> response, ModelId model, String revision, String file) {
    return HubErrors.of(response, model, revision, file, settings.token().isPresent());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
