package org.javatron.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A hub on this machine that speaks the Hugging Face Hub's protocol: listing with hashes, files by
 * commit with ETag and ranges, weights through a redirect to a second server (the CDN, another
 * host), renamed models by a relative redirect. Tests give it faults to answer with.
 */
public final class LocalHub implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What was asked: whom, how, and with which headers (null if absent). */
  public record Request(
      boolean cdn,
      String method,
      String path,
      String range,
      String ifRange,
      String authorization) {}

  /** Answers in place of the true answer. */
  public interface Fault {
    void answer(HttpExchange exchange, byte[] content) throws IOException;
  }

  private record Repo(String commit, Map<String, byte[]> files) {}

  private final HttpServer hub;
  private final HttpServer cdn;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Repo> repos = new ConcurrentHashMap<>();
  private final Map<String, String> renamed = new ConcurrentHashMap<>();
  private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile boolean hashesInListing = true;

  /** Starts both servers. */
  public LocalHub() throws IOException {
    hub = start(false);
    cdn = start(true);
  }

  private HttpServer start(boolean isCdn) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(exchange, isCdn));
    server.start();
    return server;
  }

  /** The hub's address. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
  }

  /** Puts a model up under a revision; later calls with the same revision move it. */
  public String add(String id, String revision, Map<String, byte[]> files) {
    MessageDigest digest = digest("SHA-1");
    new TreeMap<>(files).forEach((name, bytes) -> digest.update(bytes));
    digest.update((id + revision).getBytes(StandardCharsets.UTF_8));
    String commit = HexFormat.of().formatHex(digest.digest());
    Repo repo = new Repo(commit, new TreeMap<>(files));
    repos.put(id + "@" + revision, repo);
    repos.put(id + "@" + commit, repo);
    return commit;
  }

  /** Makes an old id answer with a redirect to the new one. */
  public void rename(String from, String to) {
    renamed.put(from, to);
  }

  /** Behaves like a mirror whose listing names files only. */
  public void withoutHashesInListing() {
    hashesInListing = false;
  }

  /** The next requests whose path ends so are answered by these, one each. */
  public void fault(String pathEnding, Fault... answers) {
    faults.computeIfAbsent(pathEnding, key -> new ArrayDeque<>()).addAll(Arrays.asList(answers));
  }

  /** All requests so far, in order. */
  public List<Request> requests() {
    return requests;
  }

  /** Answers a status with headers given as name, value, name, value. */
  public static Fault status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Answers 200 with other bytes than the file's. */
  public static Fault body(byte[] other) {
    return (exchange, content) -> {
      exchange.sendResponseHeaders(200, other.length);
      exchange.getResponseBody().write(other);
    };
  }

  /** Announces the whole file, sends its first bytes and hangs up. */
  public static Fault truncated(int bytes) {
    return (exchange, content) -> {
      exchange.getResponseHeaders().set("ETag", "\"" + sha256(content) + "\"");
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, bytes);
      exchange.getResponseBody().flush();
      letTheClientRead();
    };
  }

  /** Java's client drops what it has not read yet when the line breaks. */
  public static void letTheClientRead() {
    LockSupport.parkNanos(100_000_000);
  }

  private void handle(HttpExchange exchange, boolean isCdn) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    requests.add(
        new Request(
            isCdn,
            exchange.getRequestMethod(),
            path,
            exchange.getRequestHeaders().getFirst("Range"),
            exchange.getRequestHeaders().getFirst("If-Range"),
            exchange.getRequestHeaders().getFirst("Authorization")));
    try (exchange) {
      byte[] content = isCdn ? file(path.substring("/cdn".length())) : null;
      Fault fault = isCdn || !isLarge(path) ? nextFault(path) : null;
      if (fault != null) {
        fault.answer(exchange, content == null ? file(path) : content);
      } else if (isCdn) {
        sendFile(exchange, content, "\"" + sha256(content) + "\"");
      } else if (path.startsWith("/api/models/")) {
        sendListing(exchange, path.substring("/api/models/".length()).split("/(revision|tree)/"));
      } else {
        sendResolved(exchange, path);
      }
    }
  }

  private synchronized Fault nextFault(String path) {
    for (Map.Entry<String, Deque<Fault>> entry : faults.entrySet()) {
      if (path.endsWith(entry.getKey()) && !entry.getValue().isEmpty()) {
        return entry.getValue().poll();
      }
    }
    return null;
  }

  private static boolean isLarge(String path) {
    return path.endsWith(".bin") || path.endsWith(".safetensors");
  }

  private byte[] file(String path) {
    String[] parts = path.substring(1).split("/resolve/");
    if (parts.length < 2) {
      return null;
    }
    int slash = parts[1].indexOf('/');
    Repo repo = repos.get(parts[0] + "@" + parts[1].substring(0, slash));
    return repo == null ? null : repo.files().get(decode(parts[1].substring(slash + 1)));
  }

  private void sendListing(HttpExchange exchange, String[] idAndRevision) throws IOException {
    String id = idAndRevision[0];
    if (renamed.containsKey(id)) {
      String query = exchange.getRequestURI().getRawQuery();
      String to = "/api/models/" + renamed.get(id) + "/revision/" + idAndRevision[1];
      status(307, "Location", query == null ? to : to + "?" + query).answer(exchange, null);
      return;
    }
    Repo repo = repos.get(id + "@" + decode(idAndRevision[1]));
    if (repo == null) {
      boolean known = repos.keySet().stream().anyMatch(key -> key.startsWith(id + "@"));
      status(404, "X-Error-Code", known ? "RevisionNotFound" : "RepoNotFound")
          .answer(exchange, null);
      return;
    }
    boolean tree = exchange.getRequestURI().getPath().contains("/tree/");
    byte[] answer = JSON.writeValueAsBytes(tree ? tree(repo) : info(id, repo));
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
  }

  private ObjectNode info(String id, Repo repo) {
    ObjectNode root = JSON.createObjectNode().put("id", id).put("sha", repo.commit());
    ArrayNode siblings = root.putArray("siblings");
    repo.files()
        .forEach(
            (name, bytes) -> {
              ObjectNode sibling = siblings.addObject().put("rfilename", name);
              if (hashesInListing) {
                sibling.put("size", bytes.length).put("blobId", gitHash(bytes));
                if (isLarge(name)) {
                  ObjectNode lfs = sibling.putObject("lfs");
                  lfs.put("sha256", sha256(bytes)).put("size", bytes.length);
                  lfs.put("pointerSize", 134);
                }
              }
            });
    return root;
  }

  /** The same in the form that huggingface_hub asks for; our client needs it not. */
  private static ArrayNode tree(Repo repo) {
    ArrayNode entries = JSON.createArrayNode();
    repo.files()
        .forEach(
            (name, bytes) -> {
              ObjectNode entry = entries.addObject().put("type", "file").put("path", name);
              entry.put("size", bytes.length).put("oid", gitHash(bytes));
              if (isLarge(name)) {
                ObjectNode lfs = entry.putObject("lfs");
                lfs.put("oid", sha256(bytes)).put("size", bytes.length).put("pointerSize", 134);
              }
            });
    return entries;
  }

  private void sendResolved(HttpExchange exchange, String path) throws IOException {
    String id = path.substring(1).split("/resolve/")[0];
    if (renamed.containsKey(id)) {
      status(307, "Location", "/" + renamed.get(id) + path.substring(id.length() + 1))
          .answer(exchange, null);
      return;
    }
    byte[] content = file(path);
    if (content == null) {
      status(404, "X-Error-Code", "EntryNotFound").answer(exchange, null);
      return;
    }
    int commit = path.indexOf("/resolve/") + "/resolve/".length();
    exchange.getResponseHeaders().set("X-Repo-Commit", path.substring(commit, commit + 40));
    if (isLarge(path)) {
      exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256(content) + "\"");
      exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
      String to = "http://localhost:" + cdn.getAddress().getPort() + "/cdn" + path;
      status(302, "Location", to).answer(exchange, null);
    } else {
      sendFile(exchange, content, "\"" + gitHash(content) + "\"");
    }
  }

  /**
   * Sends a file as a good server does: its rest where that is asked for, headers alone to HEAD.
   */
  public static void sendFile(HttpExchange exchange, byte[] content, String etag)
      throws IOException {
    exchange.getResponseHeaders().set("ETag", etag);
    exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
    String range = exchange.getRequestHeaders().getFirst("Range");
    String condition = exchange.getRequestHeaders().getFirst("If-Range");
    int from = 0;
    if (range != null && (condition == null || condition.equals(etag))) {
      from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
      if (from >= content.length) {
        status(416, "Content-Range", "bytes */" + content.length).answer(exchange, content);
        return;
      }
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    boolean part = exchange.getResponseHeaders().containsKey("Content-Range");
    int length = content.length - from;
    exchange.sendResponseHeaders(part ? 206 : 200, length == 0 ? -1 : length);
    exchange.getResponseBody().write(content, from, length);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** SHA-256 in hexadecimal digits, the name of large content. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest("SHA-256").digest(bytes));
  }

  /** Git's hash of a blob, the name of small content. */
  public static String gitHash(byte[] bytes) {
    MessageDigest digest = digest("SHA-1");
    digest.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(digest.digest(bytes));
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    cdn.stop(0);
    threads.shutdownNow();
  }
}
