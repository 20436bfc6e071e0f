package org.javatron.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

  @Test
  void aNameThatCannotBeWrittenIsRefusedAtOnceAndSaidAsTheUserWroteIt() throws IOException {
    InputException taken =
        assertThrows(InputException.class, () -> AtomicFile.create(folder).close());
    assertEquals(folder + " is a folder; expected a file to write", taken.getMessage());
    Path file = Files.writeString(folder.resolve("file"), "");
    InputException below =
        assertThrows(InputException.class, () -> AtomicFile.create(file.resolve("x")).close());
    assertEquals(
        file.resolve("x") + " cannot be written: " + file + " is a file; expected a folder",
        below.getMessage());
    assertEquals(List.of(file), list(folder));
  }

  /** Writes a file, says so, and ends when its input does. */
  static final class Writer {
    public static void main(String[] arguments) throws IOException {
      try (AtomicFile file = AtomicFile.create(Path.of(arguments[0]))) {
        file.commit();
      }
      System.out.println("written");
      System.in.read();
    }
  }

  @Test
  void aProcessThatHasWrittenAFileLeavesTheNextWriterAlone() throws Exception {
    Path target = folder.resolve("file.txt");
    Process before =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals("written", before.inputReader().readLine());
    try (AtomicFile file = AtomicFile.create(target)) {
      before.getOutputStream().close();
      assertEquals(0, before.waitFor());
      file.stream().write('x');
      file.commit();
    }
    assertEquals("x", Files.readString(target));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
