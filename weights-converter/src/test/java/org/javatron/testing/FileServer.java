package org.javatron.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server of plain files on this machine, which tests give faults to answer GETs with. */
public final class FileServer implements Closeable {
  /** What was asked, with the headers of a continued download (null if absent). */
  public record Request(String method, String path, String range, String ifRange) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, Deque<LocalHub.Fault>> faults = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** Starts a server without files. */
  public FileServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** The folder that all files lie in. */
  public URI folder() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/data");
  }

  /** Puts a file up, or another one in its place. */
  public void put(String name, byte[] content) {
    files.put("/data/" + name, content);
  }

  /** The next GETs of this file are answered by these, one each. */
  public void fault(String name, LocalHub.Fault... answers) {
    faults
        .computeIfAbsent("/data/" + name, key -> new ArrayDeque<>())
        .addAll(Arrays.asList(answers));
  }

  /** All requests for bytes so far, in order. */
  public List<Request> gets() {
    return requests.stream().filter(request -> request.method().equals("GET")).toList();
  }

  /** The ETag that goes with these bytes. */
  public static String etag(byte[] content) {
    return '"' + LocalHub.sha256(content) + '"';
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    requests.add(
        new Request(
            method,
            path,
            exchange.getRequestHeaders().getFirst("Range"),
            exchange.getRequestHeaders().getFirst("If-Range")));
    try (exchange) {
      byte[] content = files.get(path);
      LocalHub.Fault fault = method.equals("GET") ? next(path) : null;
      if (fault != null) {
        fault.answer(exchange, content);
      } else if (content == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        LocalHub.sendFile(exchange, content, etag(content));
      }
    }
  }

  private synchronized LocalHub.Fault next(String path) {
    Deque<LocalHub.Fault> queue = faults.get(path);
    return queue == null ? null : queue.poll();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
