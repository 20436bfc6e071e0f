package org.javatron.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The examples in docs/formats.md are read as it says, and its links and the glossary's lead
 * somewhere.
 */
class FormatsDocTest {
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "```(?:tsv|json|text) (corpus|qrels|run|negatives)( \\w+)?\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  @TempDir Path folder;

  @Test
  void examplesAreReadAsTheTextSays() throws IOException {
    Map<String, Integer> examples = new TreeMap<>();
    Matcher example = EXAMPLE.matcher(Files.readString(Peers.root().resolve("docs/formats.md")));
    while (example.find()) {
      Path file = Files.writeString(folder.resolve("example"), example.group(3));
      examples.merge(example.group(1), 1, Integer::sum);
      switch (example.group(1)) {
        case "corpus" -> readCorpus(file, example.group(3));
        case "negatives" -> readNegatives(file);
        case "qrels" -> assertTrue(Qrels.read(file).size() > 0);
        default ->
            readRun(
                file,
                RunFormat.valueOf(example.group(2).strip().toUpperCase(java.util.Locale.ROOT)));
      }
    }
    assertEquals(Map.of("corpus", 4, "negatives", 2, "qrels", 3, "run", 3), examples);
  }

  private static void readNegatives(Path file) throws IOException {
    try (NegativesReader reader = NegativesReader.open(file)) {
      assertEquals(new Negatives("1000094", List.of("5399011", "4239068")), reader.next());
      assertNull(reader.next());
    }
  }

  private static void readCorpus(Path file, String content) throws IOException {
    try (CorpusReader reader = CorpusReader.open(file)) {
      int records = 0;
      while (reader.next() != null) {
        records++;
      }
      assertEquals(content.lines().count(), records);
    }
  }

  private static void readRun(Path file, RunFormat format) throws IOException {
    try (RunReader reader = RunReader.open(file, null, TieRule.FILE)) {
      assertEquals(format, reader.format());
      assertEquals(List.of("7187158", "7187157"), reader.next().passageIds());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/formats.md", "docs/glossary.md"})
  void linksLeadSomewhere(String document) throws IOException {
    Path path = Peers.root().resolve(document);
    Matcher link = LINK.matcher(Files.readString(path));
    while (link.find()) {
      assertTrue(Files.exists(path.resolveSibling(link.group(1))), document + ": " + link.group(1));
    }
  }
}
