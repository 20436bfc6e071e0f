package org.javatron.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintsTest {
  @TempDir Path folder;

  private final Map<String, Fingerprints.Known> known = new HashMap<>();
  private final Fingerprints prints = new Fingerprints(known);

  @Test
  void aFoldersHashIsThatOfItsFilesWithoutWhatTellsOfTheWay() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model/checkpoint-20")).getParent();
    Files.writeString(model.resolve("weights"), "w");
    Fingerprints.Print print = prints.of(model);
    Files.writeString(model.resolve("metrics.jsonl"), "times");
    Files.writeString(model.resolve("checkpoint-20/state"), "s");
    Files.writeString(model.resolve(".lock"), "");
    assertEquals(print.sha256(), prints.of(model).sha256());
    assertEquals(7, prints.of(model).bytes(), "all of it takes room");
    Files.writeString(model.resolve("more"), "");
    assertNotEquals(print.sha256(), prints.of(model).sha256());
    assertNull(prints.of(folder.resolve("none")));
  }

  @Test
  void aFileIsReadAgainOnlyIfSizeOrTimeHaveChanged() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "one");
    String hash = prints.of(file).sha256();
    FileTime time = Files.getLastModifiedTime(file);
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, time);
    assertEquals(hash, prints.of(file).sha256());
    Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 1000));
    assertNotEquals(hash, prints.of(file).sha256());
    assertEquals(1, known.size());
  }
}
