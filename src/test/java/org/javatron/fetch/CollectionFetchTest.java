package org.javatron.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.javatron.io.InputException;
import org.javatron.testing.FileServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectionFetchTest {
  @TempDir Path folder;
  private FileServer server;
  private final Recorder recorder = new Recorder();

  @BeforeEach
  void serve() throws IOException {
    server = new FileServer();
    SmallMarco.serve(server);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MarcoFetch marco() {
    return new MarcoFetch(
        recorder.downloader(Duration.ofSeconds(5)), Sources.of(List.of(server.folder())));
  }

  private String failure() {
    return assertThrows(InputException.class, () -> marco().run(folder, true, false)).getMessage();
  }

  private List<String> names(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theTutorialsFilesAreMade() throws IOException {
    Map<Path, String> files = marco().run(folder, true, false);
    assertEquals("3 passages", files.get(folder.resolve("corpus.tsv")));
    assertEquals("3 negatives of 2 queries", files.get(folder.resolve("train.negatives.tsv")));
    assertEquals(SmallMarco.CORPUS, SmallMarco.read(folder.resolve("corpus.tsv")));
    assertEquals(SmallMarco.NEGATIVES, SmallMarco.read(folder.resolve("train.negatives.tsv")));
    assertTrue(SmallMarco.read(folder.resolve("qrels.train.tsv")).startsWith("10\t0\t0\t1"));
    for (String name : List.of("para.txt", "para.title.txt", "train.query.txt", "dev.query.txt")) {
      assertArrayEquals(
          SmallMarco.texts().get("marco/" + name), Files.readAllBytes(folder.resolve(name)));
    }
    assertTrue(recorder.notices.get(0).contains("has 3 passages; MS MARCO has 8841823"));
    assertEquals(3, recorder.steps.get("joining titles and texts"));
    assertEquals(3, recorder.steps.get("grouping negatives"));
    assertTrue(names(folder).stream().noneMatch(name -> name.endsWith(".tmp")));
  }

  @Test
  void whatIsThereIsNotDoneAgainUnlessForced() throws IOException {
    marco().run(folder, true, false);
    int gets = server.gets().size();
    Files.writeString(folder.resolve("corpus.tsv"), "mine");
    Files.delete(folder.resolve("train.negatives.tsv"));
    marco().run(folder, true, false);
    assertEquals(gets, server.gets().size());
    assertEquals("mine", SmallMarco.read(folder.resolve("corpus.tsv")));
    assertEquals(SmallMarco.NEGATIVES, SmallMarco.read(folder.resolve("train.negatives.tsv")));
    Files.delete(folder.resolve("dev.query.txt"));
    marco().run(folder, true, true);
    assertEquals(gets, server.gets().size());
    assertEquals(SmallMarco.CORPUS, SmallMarco.read(folder.resolve("corpus.tsv")));
    assertTrue(Files.exists(folder.resolve("dev.query.txt")));
    try (Stream<Path> downloads = Files.list(folder.resolve("downloads"))) {
      for (Path file : downloads.toList()) {
        Files.delete(file);
      }
    }
    marco().run(folder, true, false);
    assertEquals(gets, server.gets().size(), "what has been used is not downloaded again");
  }

  @Test
  void withoutTheTriples() throws IOException {
    marco().run(folder, false, false);
    assertFalse(Files.exists(folder.resolve("train.negatives.tsv")));
    assertFalse(Files.exists(folder.resolve("downloads/qidpidtriples.train.full.2.tsv.gz")));
    assertTrue(Files.exists(folder.resolve("corpus.tsv")));
  }

  @Test
  void anArchiveThatLacksAFile() throws IOException {
    Map<String, byte[]> texts = SmallMarco.texts();
    texts.remove("marco/dev.query.txt");
    server.put("marco.tar.gz", Archives.tarGz(texts));
    String message = failure();
    assertTrue(message.contains("found no dev.query.txt"), message);
    assertFalse(Files.exists(folder.resolve("para.txt")), "a part of the archive");
    assertFalse(Files.exists(folder.resolve(".texts.tmp")));
  }

  @Test
  void brokenTriplesAreNamedWithTheirPlace() throws IOException {
    byte[] whole = SmallMarco.gzip("10\t0\t1\n".repeat(1000));
    server.put("qidpidtriples.train.full.2.tsv.gz", Arrays.copyOf(whole, whole.length - 9));
    String message = failure();
    assertTrue(message.contains("qidpidtriples.train.full.2.tsv.gz:"), message);
    assertTrue(message.contains("the gzip data is broken or cut off here"), message);
    assertFalse(Files.exists(folder.resolve("train.negatives.tsv")));
    assertTrue(Files.exists(folder.resolve("corpus.tsv")), "the steps before it stay");
  }

  @Test
  void theWholeMustFitTheDiskBeforeAnythingIsDownloaded() {
    recorder.free = Room.SPARE_BYTES;
    String message = failure();
    assertTrue(message.startsWith("MS MARCO needs 68 MB in " + folder), message);
    assertEquals(0, server.gets().size());
  }

  @Test
  void twoFetchesKeepOutOfEachOthersWay() throws IOException {
    FolderLock lock = FolderLock.take(folder);
    String message = failure();
    assertTrue(message.contains("Another fetch is at work in " + folder), message);
    lock.close();
    marco().run(folder, true, false);
  }

  @Test
  void aFolderThatAKilledRunLeftIsCleared() throws IOException {
    Path hidden = Files.createDirectories(folder.resolve(".texts.tmp/marco"));
    Files.writeString(hidden.resolve("para.txt"), "half");
    marco().run(folder, true, false);
    assertEquals(SmallMarco.CORPUS, SmallMarco.read(folder.resolve("corpus.tsv")));
  }

  /** BEIR's published MD5s are of the true archives, so a small one is refused. */
  @Test
  void anArchiveOfBeirMustHaveItsPublishedChecksum() throws IOException {
    SmallMarco.serveBeir(server, "scifact");
    String message =
        assertThrows(InputException.class, () -> beir().run("scifact", folder, false)).getMessage();
    assertTrue(message.contains("scifact.zip from 127.0.0.1 is damaged"), message);
    assertTrue(message.contains("5f7d1de60b170fc8027bb7898e2efca1"), message);
  }

  private BeirFetch beir() {
    return new BeirFetch(
        recorder.downloader(Duration.ofSeconds(5)), Sources.of(List.of(server.folder())));
  }

  @Test
  void aCollectionOfBeirIsUnpackedAndReplacedOnlyIfForced() throws IOException {
    SmallMarco.serveBeir(server, "tiny");
    BeirFetch fetch =
        new BeirFetch(
            recorder.downloader(Duration.ofSeconds(5)),
            new Sources(
                new ObjectMapper()
                    .readTree("{\"files\": [{\"from\": [], \"names\": {\"tiny.zip\": {}}}]}"),
                List.of(server.folder())));
    Path tiny = fetch.run("tiny", folder, false);
    assertEquals(List.of("corpus.jsonl", "qrels"), names(tiny));
    assertEquals(
        "query-id\tcorpus-id\tscore\nq\ta\t1\n", Files.readString(tiny.resolve("qrels/test.tsv")));
    Files.writeString(tiny.resolve("mine"), "");
    fetch.run("tiny", folder, false);
    assertEquals(3, names(tiny).size());
    fetch.run("tiny", folder, true);
    assertEquals(List.of("corpus.jsonl", "qrels"), names(tiny));
    assertEquals(1, server.gets().size());
    assertEquals(List.of(".fetch.lock", "downloads", "tiny"), names(folder));
    Files.write(folder.resolve("downloads/tiny.zip"), Archives.zip(SmallMarco.texts()));
    Files.delete(folder.resolve("downloads/tiny.zip.seen.json"));
    String message =
        assertThrows(InputException.class, () -> fetch.run("tiny", folder, true)).getMessage();
    assertTrue(message.contains("expected a folder tiny in the archive, found none"), message);
    assertEquals(List.of("corpus.jsonl", "qrels"), names(tiny));
  }

  @Test
  void aCollectionThatBeirDoesNotHave() {
    String message =
        assertThrows(InputException.class, () -> beir().run("sci-fact", folder, false))
            .getMessage();
    assertTrue(message.contains("no archive 'sci-fact'; it has arguana, "), message);
  }

  @Test
  void theListNamesEveryFileOnceWithItsAddresses() throws IOException {
    Sources builtIn = Sources.of(List.of());
    assertEquals(15, builtIn.beirNames().size());
    for (String name : builtIn.beirNames()) {
      Source source = builtIn.beir(name);
      assertTrue(source.md5().matches("[0-9a-f]{32}"), name);
      assertTrue(source.addresses().get(0).toString().endsWith("/datasets/" + name + ".zip"));
    }
    Source triples = builtIn.marco("qidpidtriples.train.full.2.tsv.gz");
    assertEquals(2, triples.addresses().size());
    triples.addresses().forEach(address -> assertEquals("https", address.getScheme()));
    assertThrows(IllegalArgumentException.class, () -> builtIn.marco("nothing"));
  }
}
