package org.javatron.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.javatron.io.TextFiles;
import org.javatron.testing.FileServer;
import org.javatron.testing.LocalHub;
import org.javatron.testing.SharedData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BoolQ's collection in the archive's layout, over a line that breaks twice. */
@Tag("real-data")
class RealMarcoFetchTest {
  @TempDir Path folder;

  private static byte[] text(String name) throws IOException {
    try (var in = TextFiles.open(SharedData.path("boolq-marco/" + name + ".gz"))) {
      return in.readAllBytes();
    }
  }

  @Test
  void boolqComesAsTheTutorialsScriptMakesIt() throws IOException {
    Map<String, byte[]> texts = new TreeMap<>();
    for (String name : List.of("para.txt", "para.title.txt", "train.query.txt", "dev.query.txt")) {
      texts.put("marco/" + name, text(name));
    }
    String triples = "qidpidtriples.train.full.2.tsv.gz";
    try (FileServer server = new FileServer()) {
      server.put("marco.tar.gz", Archives.tarGz(texts));
      server.put(triples, Files.readAllBytes(SharedData.path("boolq-marco/" + triples)));
      server.put("qrels.train.tsv", text("qrels.train.tsv"));
      server.put("qrels.dev.tsv", text("qrels.dev.tsv"));
      server.put("qrels.dev.small.tsv", text("qrels.dev.tsv"));
      server.fault("marco.tar.gz", LocalHub.truncated(1 << 20), LocalHub.truncated(1 << 20));
      new MarcoFetch(
              new Recorder().downloader(Duration.ofSeconds(30)),
              Sources.of(List.of(server.folder())))
          .run(folder, true, false);
    }
    assertSame(joined(), folder.resolve("corpus.tsv"));
    assertSame(grouped(triples), folder.resolve("train.negatives.tsv"));
  }

  /** The tutorial's join and numeric sort, in memory. */
  private static String joined() throws IOException {
    Map<String, String> titles = new HashMap<>();
    try (BufferedReader in = TextFiles.reader(SharedData.path("boolq-marco/para.title.txt.gz"))) {
      in.lines().forEach(line -> titles.put(line.split("\t", 2)[0], line.split("\t", 2)[1]));
    }
    Map<Long, String> lines = new TreeMap<>();
    try (BufferedReader in = TextFiles.reader(SharedData.path("boolq-marco/para.txt.gz"))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] columns = line.split("\t", 2);
        String title = titles.getOrDefault(columns[0], "");
        lines.put(Long.parseLong(columns[0]), columns[0] + "\t" + title + "\t" + columns[1]);
      }
    }
    return String.join("\n", lines.values()) + "\n";
  }

  /** The tutorial's awk. */
  private static String grouped(String triples) throws IOException {
    StringBuilder out = new StringBuilder();
    String last = null;
    try (BufferedReader in = TextFiles.reader(SharedData.path("boolq-marco/" + triples))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] columns = line.split("\t");
        String before =
            columns[0].equals(last) ? "," : (last == null ? "" : "\n") + columns[0] + "\t";
        out.append(before).append(columns[2]);
        last = columns[0];
      }
    }
    return out.append("\n").toString();
  }

  private static void assertSame(String expected, Path file) throws IOException {
    Path other = Files.writeString(file.resolveSibling(file.getFileName() + ".expected"), expected);
    assertEquals(-1, Files.mismatch(other, file), file.toString());
  }
}
