package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTableTest {
  @TempDir Path folder;

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private String failure(Path corpus) {
    Path table = folder.resolve("corpus.tsv");
    String message =
        assertThrows(InputException.class, () -> CorpusTable.write(corpus, table, Progress.none()))
            .getMessage();
    assertFalse(Files.exists(table));
    return message;
  }

  @Test
  void titlesAndTextsAreJoined() throws IOException {
    for (String end : new String[] {"\n", "\r\n"}) {
      write("para.title.txt", String.join(end, "1\tCaper", "4\tA \"title\"", ""));
      Path passages =
          write("para.txt", String.join(end, "0\t\"One\" text.", "1\ttwo", "4\tth\u00e9", ""));
      Path table = folder.resolve("corpus.tsv");
      assertEquals(3, CorpusTable.write(passages, table, Progress.none()));
      assertEquals(
          "0\t\t\"One\" text.\n1\tCaper\ttwo\n4\tA \"title\"\tth\u00e9\n", Files.readString(table));
    }
  }

  @Test
  void aCorpusOfAnotherFormIsATableToo() throws IOException {
    Path json = write("c.jsonl", "{\"_id\": \"a\", \"title\": \"T\", \"text\": \"x\"}\n");
    CorpusTable.write(json, folder.resolve("corpus.tsv"), Progress.none());
    assertEquals("a\tT\tx\n", Files.readString(folder.resolve("corpus.tsv")));
  }

  @Test
  void aTitleWithoutItsPassageIsNotLost() throws IOException {
    write("para.title.txt", "9\tx\n");
    String message = failure(write("para.txt", "0\ty\n"));
    assertTrue(message.contains("para.title.txt:1: expected the passage of title 9"), message);
  }

  @Test
  void whatATableCannotHoldIsRefused() throws IOException {
    String message = failure(write("t.jsonl", "{\"text_id\": \"1\", \"text\": [7]}\n"));
    assertTrue(
        message.endsWith("t.jsonl:1: expected a text, found token ids, which no table can hold"),
        message);
    message = failure(write("b.jsonl", "{\"_id\": \"a\", \"text\": \"x\\ty\"}\n"));
    assertTrue(message.contains("b.jsonl:1: a table's field has no tab"), message);
  }
}
