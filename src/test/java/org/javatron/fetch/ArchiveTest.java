package org.javatron.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveTest {
  @TempDir Path folder;
  private final Map<String, byte[]> files = new TreeMap<>();

  private int unpack(String name, byte[] archive, Function<String, String> naming)
      throws IOException {
    Path file = Files.write(folder.resolve(name), archive);
    return new Archive(file, path -> Long.MAX_VALUE)
        .unpack(folder.resolve("out"), naming, Progress.none());
  }

  private String failure(String name, byte[] archive) {
    return assertThrows(InputException.class, () -> unpack(name, archive, entry -> entry))
        .getMessage();
  }

  private static byte[] random(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void bothKindsGiveTheirFiles() throws IOException {
    files.put("a/one.txt", random(200_000, 1));
    files.put("a/b/empty.txt", new byte[0]);
    files.put("left-out", random(10, 2));
    for (String name : List.of("x.tar.gz", "x.zip")) {
      byte[] archive = name.endsWith(".zip") ? Archives.zip(files) : Archives.tarGz(files);
      int count =
          unpack(name, archive, entry -> entry.startsWith("a/") ? name + "/" + entry : null);
      assertEquals(2, count);
      Path out = folder.resolve("out").resolve(name);
      assertArrayEquals(files.get("a/one.txt"), Files.readAllBytes(out.resolve("a/one.txt")));
      assertEquals(0, Files.size(out.resolve("a/b/empty.txt")));
      assertFalse(Files.exists(out.resolve("left-out")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/../../x", "/etc/x", "a/..", "..\\x", "C:x"})
  void aNameThatLeadsOutIsRefused(String name) throws IOException {
    files.put(name, random(3, 3));
    for (String kind : List.of("x.tar.gz", "x.zip")) {
      byte[] archive = kind.endsWith(".zip") ? Archives.zip(files) : Archives.tarGz(files);
      String message = failure(kind, archive);
      assertTrue(message.contains("'" + name + "' leads out of the folder"), message);
    }
    try (Stream<Path> all = Files.list(folder)) {
      assertEquals(3, all.count(), "the two archives and the empty folder");
    }
  }

  @Test
  void aLinkIsRefused() throws IOException {
    String message = failure("x.tar.gz", Archives.tarGzWithLink("passwd", "/etc/passwd"));
    assertTrue(message.contains("found 'passwd', which is a link or a device"), message);
  }

  @Test
  void aCutArchiveIsNotTakenForAWholeOne() throws IOException {
    files.put("one", random(100_000, 4));
    files.put("two", random(100_000, 5));
    byte[] tar = Archives.tarGz(files);
    byte[] zip = Archives.zip(files);
    for (int part = 1; part < 10; part++) {
      String message = failure("x" + part + ".tar.gz", cut(tar, part));
      assertTrue(message.contains("is not a whole archive"), message);
      assertTrue(message.contains("x" + part + ".tar.gz"), message);
      delete("one", "two");
      message = failure("x" + part + ".zip", cut(zip, part));
      assertTrue(message.contains("is not a whole archive"), message);
      delete("one", "two");
    }
    String message = failure("end.tar.gz", Arrays.copyOf(tar, tar.length - 3));
    assertTrue(message.contains("is not a whole archive"), message);
  }

  private static byte[] cut(byte[] archive, int tenths) {
    return Arrays.copyOf(archive, (int) ((long) archive.length * tenths / 10));
  }

  private void delete(String... names) throws IOException {
    for (String name : names) {
      Files.deleteIfExists(folder.resolve("out").resolve(name));
    }
  }

  @Test
  void aFlippedBitIsNoticed() throws IOException {
    files.put("one", random(100_000, 6));
    byte[] tar = Archives.tarGz(files);
    tar[tar.length / 2] ^= 1;
    String message = failure("x.tar.gz", tar);
    assertTrue(message.contains("is not a whole archive"), message);
    delete("one");
    byte[] zip = Archives.zip(files);
    zip[zip.length / 2] ^= 1;
    message = failure("x.zip", zip);
    assertTrue(message.contains("is not a whole archive"), message);
  }

  @Test
  void whatIsNoArchive() {
    byte[] page = Archives.bytes("<html>log in</html>".repeat(100));
    for (String name : List.of("x.tar.gz", "x.zip")) {
      assertTrue(failure(name, page).contains("is not a whole archive"), name);
    }
    assertTrue(failure("y.zip", new byte[0]).contains("is not a whole archive"));
    assertTrue(failure("y.tar.gz", new byte[0]).contains("is not a whole archive"));
  }

  @Test
  void aFileThatDoesNotFitIsRefusedBeforeItIsWritten() throws IOException {
    files.put("one", random(1000, 7));
    Path file = Files.write(folder.resolve("x.tar.gz"), Archives.tarGz(files));
    String message =
        assertThrows(
                InputException.class,
                () ->
                    new Archive(file, path -> 10)
                        .unpack(folder.resolve("out"), name -> name, Progress.none()))
            .getMessage();
    assertTrue(message.startsWith("'one' of x.tar.gz needs "), message);
    assertFalse(Files.exists(folder.resolve("out/one")));
  }
}
