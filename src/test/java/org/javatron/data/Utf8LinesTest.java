package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against the plain ways: String.split for lines, byte arrays for their order. */
class Utf8LinesTest {
  private static final String[] PIECES = {
    "a", "\t", "\u00e9", "\u4e2d", "\ud83d\ude00", "\uffee", "\ue000", " ", "\"", "\u0000", "\u2028"
  };

  @TempDir Path folder;

  private static String text(Random random, int pieces) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void randomLinesOfEveryLength(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> expected = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    StringBuilder content = new StringBuilder();
    for (int i = 1; i <= 60; i++) {
      // From empty to beyond the reader's buffer of 64 KiB.
      String line = text(random, (int) Math.pow(2, random.nextDouble() * 16.5) - 1);
      content.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
      if (!line.isEmpty()) {
        expected.add(line);
        numbers.add((long) i);
      }
    }
    Path path = folder.resolve("lines");
    try (var out =
        seed % 2 == 0
            ? Files.newOutputStream(path)
            : new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write(content.toString().getBytes(StandardCharsets.UTF_8));
    }
    try (Utf8Lines lines = new Utf8Lines(path)) {
      for (int i = 0; i < expected.size(); i++) {
        assertTrue(lines.next());
        assertEquals(expected.get(i), new String(lines.chars(), 0, lines.length()));
        assertEquals(numbers.get(i), lines.number());
      }
      assertFalse(lines.next());
    }
    try (BufferedReader reader = new BufferedReader(new Utf8Lines(path), 7)) {
      assertEquals(expected, reader.lines().filter(line -> !line.isEmpty()).toList());
    }
    assertEquals(expected.size(), CorpusFiles.countLines(path));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void blanksCollapseAsSplitSeesThem(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> content = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      content.add(
          random
              .ints(random.nextInt(12), 0, 4)
              .mapToObj(n -> "a \tb".substring(n, n + 1))
              .reduce("", String::concat));
    }
    Path path = Files.write(folder.resolve("blanks"), content);
    try (Utf8Lines lines = new Utf8Lines(path, 1000, true)) {
      for (String line : content) {
        if (!line.isBlank()) {
          assertTrue(lines.next());
          assertEquals(
              String.join("\t", line.strip().split("[ \t]+")),
              new String(lines.chars(), 0, lines.length()));
        }
      }
      assertFalse(lines.next());
    }
  }

  @Test
  void idsAreOrderedAsTheirBytes() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      String a = text(random, random.nextInt(4));
      String b = text(random, random.nextInt(4));
      int expected =
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
      assertEquals(Integer.signum(expected), Integer.signum(TieRule.BYTE_ORDER.compare(a, b)));
    }
  }
}
