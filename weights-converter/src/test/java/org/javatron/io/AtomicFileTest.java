package org.javatron.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void appearsOnlyWhenCommitted() throws IOException {
    Path target = folder.resolve("new/file.txt");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.stream().write("whole".getBytes(StandardCharsets.UTF_8));
      assertEquals(false, Files.exists(target));
      file.commit();
    }
    assertEquals("whole", Files.readString(target));
    assertEquals(List.of(target), list(target.getParent()));
  }

  @Test
  void withoutCommitTheOldFileStaysAndNothingIsLeft() throws IOException {
    Path target = Files.writeString(folder.resolve("file.txt"), "old");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.stream().write("half".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals("old", Files.readString(target));
    assertEquals(List.of(target), list(folder));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
