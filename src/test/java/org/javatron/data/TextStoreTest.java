package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextStoreTest {
  @TempDir Path folder;

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private TextStore open(Path... corpus) throws IOException {
    return TextStore.read(List.of(corpus), folder.resolve("work"), count -> Progress.none());
  }

  @Test
  void eachFormGivesItsRecordsInAnyOrder() throws IOException {
    write("para.txt", "0\tfirst\n1\tsecond\n2\tthird\n");
    write("para.title.txt", "1\tTitle\n");
    Path compressed = folder.resolve("c.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      out.write(
          "{\"_id\": \"é\", \"title\": \"T\", \"text\": \"😀 x\"}\n{\"_id\": \"n\", \"text\": \"\"}\n"
              .getBytes(StandardCharsets.UTF_8));
    }
    Path tokens = write("t.jsonl", "{\"text_id\": \"t\", \"text\": [1, 70000]}\n");
    Path table = write("c.tsv", "x\ttext alone\n");
    try (TextStore store = open(folder.resolve("para.txt"), compressed, tokens, table)) {
      assertEquals(7, store.size());
      assertEquals(new TextRecord("x", null, "text alone", null), store.get("x"));
      assertEquals(new TextRecord("1", "Title", "second", null), store.get("1"));
      assertEquals(new TextRecord("0", "", "first", null), store.get("0"));
      assertEquals(new TextRecord("é", "T", "😀 x", null), store.get("é"));
      assertEquals(new TextRecord("n", null, "", null), store.get("n"));
      assertArrayEquals(new int[] {1, 70000}, store.get("t").tokens());
      assertNull(store.get("t").text());
      assertNull(store.get("3"));
      assertTrue(store.contains("2"));
      assertFalse(store.contains(""));
    }
  }

  @Test
  void agreesWithAMapOnRandomCorpora() throws IOException {
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      Map<String, String> expected = new HashMap<>();
      StringBuilder lines = new StringBuilder();
      while (expected.size() < 1 + round * round * 5) {
        String id = Integer.toString(random.nextInt(5_000), 36);
        // Some longer than what is read at first.
        String text = "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 5_000 : 50));
        if (expected.putIfAbsent(id, text) == null) {
          lines.append(id).append('\t').append(text).append('\n');
        }
      }
      try (TextStore store = open(write("c.tsv", lines.toString()))) {
        assertEquals(expected.size(), store.size());
        for (int i = 0; i < 5_000; i++) {
          String id = Integer.toString(i, 36);
          TextRecord found = store.get(id);
          assertEquals(expected.get(id), found == null ? null : found.text());
        }
      }
    }
  }

  @Test
  void theTableGoesOnFromOneMappingIntoTheNext() throws IOException {
    Path file = folder.resolve("table");
    List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      ids.add(("id" + i).getBytes(StandardCharsets.US_ASCII));
    }
    Collections.shuffle(ids, new Random(2));
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      OffsetTable table = OffsetTable.map(channel, ids.size(), 4);
      long far = (1L << 48) - 2 - ids.size();
      for (int i = 0; i < ids.size(); i++) {
        byte[] id = ids.get(i);
        assertTrue(table.add(id, far + i, place -> ids.get((int) (place - far)) == id));
        assertFalse(table.add(id, 7, place -> ids.get((int) (place - far)) == id));
      }
      for (int i = 0; i < ids.size(); i++) {
        byte[] id = ids.get(i);
        assertEquals(far + i, table.find(id, place -> ids.get((int) (place - far)) == id));
      }
      assertEquals(-1, table.find(new byte[] {'x'}, place -> false));
    }
  }

  @Test
  void anIdMayComeOnce() throws IOException {
    Path corpus = write("c.tsv", "a\tx\nb\ty\na\tz\n");
    InputException error = assertThrows(InputException.class, () -> open(corpus));
    assertEquals(corpus + ":3: the id \"a\" comes a second time", error.getMessage());
    assertNoFileLeft();
  }

  @Test
  void nothingIsLeftOnTheDisk() throws IOException {
    open(write("c.tsv", "a\tx\n")).close();
    assertNoFileLeft();
    Path broken = write("c.tsv", "a\tx\nb\n");
    assertThrows(InputException.class, () -> open(broken));
    assertNoFileLeft();
  }

  private void assertNoFileLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("work"))) {
      assertEquals(List.of(), files.toList());
    }
  }
}
