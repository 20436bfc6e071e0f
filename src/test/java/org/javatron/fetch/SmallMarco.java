package org.javatron.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.javatron.testing.FileServer;

/** MS MARCO with three passages and two queries, laid out as the true one, on a server. */
public final class SmallMarco {
  /** What the tutorial makes of the passages and their titles. */
  public static final String CORPUS =
      "0\tCaper\tCapers grow.\n1\t\tRust is iron.\n2\tNile\tA river.\n";

  /** What the tutorial makes of the triples. */
  public static final String NEGATIVES = "10\t1,2\n11\t0\n";

  private SmallMarco() {}

  /** The texts in the archive. */
  static Map<String, byte[]> texts() {
    Map<String, byte[]> texts = new TreeMap<>();
    texts.put("marco/para.txt", Archives.bytes("0\tCapers grow.\n1\tRust is iron.\n2\tA river.\n"));
    texts.put("marco/para.title.txt", Archives.bytes("0\tCaper\n2\tNile\n"));
    texts.put("marco/train.query.txt", Archives.bytes("10\tcapers\n11\trust\n"));
    texts.put("marco/dev.query.txt", Archives.bytes("12\tnile\n"));
    texts.put("marco/qrels.train.tsv", Archives.bytes("not this one\n"));
    return texts;
  }

  /** Puts all files up. */
  public static void serve(FileServer server) throws IOException {
    server.put("marco.tar.gz", Archives.tarGz(texts()));
    server.put("qidpidtriples.train.full.2.tsv.gz", gzip("10\t0\t1\r\n10\t0\t2\r\n11\t1\t0\r\n"));
    server.put("qrels.train.tsv", Archives.bytes("10\t0\t0\t1\n11\t0\t1\t1\n"));
    server.put("qrels.dev.tsv", Archives.bytes("12\t0\t2\t1\n"));
    server.put("qrels.dev.small.tsv", Archives.bytes("12\t0\t2\t1\n"));
  }

  /** Puts up a collection of BEIR. */
  public static void serveBeir(FileServer server, String name) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    files.put(name + "/corpus.jsonl", Archives.bytes("{\"_id\": \"a\", \"text\": \"x\"}\n"));
    files.put(name + "/qrels/test.tsv", Archives.bytes("query-id\tcorpus-id\tscore\nq\ta\t1\n"));
    server.put(name + ".zip", Archives.zip(files));
  }

  static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(Archives.bytes(text));
    }
    return bytes.toByteArray();
  }

  static String read(Path file) throws IOException {
    return Files.readString(file);
  }
}
