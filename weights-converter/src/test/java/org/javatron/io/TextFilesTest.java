package org.javatron.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {
  @TempDir Path folder;

  @Test
  void readsPlainAndGzipAlike() throws IOException {
    Path plain = Files.writeString(folder.resolve("a.txt"), "caf\u00e9\n");
    Path gzip = folder.resolve("b.txt");
    try (var out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
      Files.copy(plain, out);
    }
    for (Path path : new Path[] {plain, gzip}) {
      try (var reader = TextFiles.reader(path)) {
        assertEquals("caf\u00e9", reader.readLine());
      }
    }
  }

  @Test
  void readsAnEmptyFile() throws IOException {
    try (var reader = TextFiles.reader(Files.createFile(folder.resolve("empty")))) {
      assertEquals(null, reader.readLine());
    }
  }

  @Test
  void refusesBytesThatAreNotUtf8() throws IOException {
    Path latin = Files.write(folder.resolve("latin"), new byte[] {'a', (byte) 0xe9, '\n'});
    try (var reader = TextFiles.reader(latin)) {
      assertThrows(MalformedInputException.class, reader::readLine);
    }
  }
}
