package org.javatron.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.javatron.data.CorpusReader;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.io.Progress;
import org.javatron.model.TextEncoder;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.tokenize.TokenizerOptions;
import org.javatron.tokenize.Vocabulary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline around the model, with a model whose vectors are easy to foretell. */
class CorpusEncoderTest {
  private static final int ROWS = 2 * 1024 + 300;
  private static final BertTokenizer TOKENIZER =
      BertTokenizer.of(
          Vocabulary.of(
              List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "e")),
          TokenizerOptions.uncased());

  @TempDir Path folder;
  private Path corpus;

  /** Gives each text the sum and the number of its tokens; fails at a call if told to. */
  private static final class Sums implements TextEncoder {
    private int callsLeft;

    Sums(int calls) {
      callsLeft = calls;
    }

    @Override
    public int dim() {
      return 2;
    }

    @Override
    public int maxTokensPerBatch() {
      return 64;
    }

    @Override
    public void encode(List<int[]> sequences, float[] out, int outOffset) {
      if (callsLeft-- == 0) {
        throw new IllegalStateException("killed");
      }
      int tokens = 0;
      for (int i = 0; i < sequences.size(); i++) {
        int sum = 0;
        for (int id : sequences.get(i)) {
          sum += id;
        }
        tokens += sequences.get(i).length;
        out[outOffset + 2 * i] = sum;
        out[outOffset + 2 * i + 1] = sequences.get(i).length;
      }
      assertTrue(tokens <= 64);
    }
  }

  @BeforeEach
  void writeCorpus() throws IOException {
    Random random = new Random(3);
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < ROWS; row++) {
      text.append("p").append(row).append('\t');
      int words = random.nextInt(12);
      for (int w = 0; w < words; w++) {
        text.append((char) ('a' + random.nextInt(5))).append(' ');
      }
      text.append('\n');
    }
    corpus = Files.writeString(folder.resolve("corpus.tsv"), text);
  }

  private CorpusEncoder.Totals encode(Path output, TextEncoder encoder, Shard shard, int threads)
      throws IOException {
    EmbeddingsHeader header =
        new EmbeddingsHeader(
            shard, 2, EmbeddingType.FLOAT32, JsonNodeFactory.instance.objectNode());
    Path directory = shard.directory(output);
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(directory, header);
        ChunkReader reader =
            new ChunkReader(
                CorpusReader.open(corpus),
                new SequenceBuilder(TOKENIZER, 10, " "),
                shard.firstRow() + writer.rowsWritten(),
                shard.rows() - writer.rowsWritten(),
                CorpusEncoder.chunkRows(encoder),
                threads)) {
      CorpusEncoder.Totals totals =
          new CorpusEncoder(encoder).encode(reader, writer, Progress.none());
      writer.finish();
      return totals;
    }
  }

  private static void assertSameFiles(Path expected, Path found) throws IOException {
    for (String name : List.of("embeddings.npy", "embeddings.ids", "manifest.json")) {
      assertArrayEquals(
          Files.readAllBytes(expected.resolve(name)),
          Files.readAllBytes(found.resolve(name)),
          name);
    }
    try (var files = Files.list(found)) {
      assertEquals(3, files.count(), "nothing else is left behind");
    }
  }

  @Test
  void rowsStandInTheCorpussOrderWithTheirIds() throws IOException {
    Path output = folder.resolve("E");
    CorpusEncoder.Totals totals = encode(output, new Sums(-1), Shard.whole(ROWS), 2);
    assertEquals(ROWS, totals.rows());
    assertTrue(totals.truncated() > 0, "some texts of this corpus are too long");
    List<String> ids = Files.readAllLines(output.resolve("embeddings.ids"));
    Embeddings embeddings = Embeddings.open(output);
    try (CorpusReader texts = CorpusReader.open(corpus)) {
      float[] row = new float[2];
      long tokens = 0;
      for (int i = 0; i < ROWS; i++) {
        int[] sequence = TOKENIZER.encode(texts.next().text(), 10);
        embeddings.read(i, 1, row, 0);
        assertEquals("p" + i, ids.get(i));
        assertEquals(sequence.length, row[1]);
        assertEquals(Arrays.stream(sequence).sum(), row[0]);
        tokens += sequence.length;
      }
      assertEquals(tokens, totals.tokens());
    }
  }

  @Test
  void aKilledRunContinuesToTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    encode(whole, new Sums(-1), Shard.whole(ROWS), 2);
    Random random = new Random(5);
    for (int round = 0; round < 6; round++) {
      Path output = folder.resolve("killed-" + round);
      int calls = random.nextInt(350);
      assertThrows(
          IllegalStateException.class, () -> encode(output, new Sums(calls), Shard.whole(ROWS), 1));
      encode(output, new Sums(-1), Shard.whole(ROWS), 3);
      assertSameFiles(whole, output);
    }
  }

  @Test
  void shardsTogetherAreTheWhole() throws IOException {
    Path whole = folder.resolve("whole");
    encode(whole, new Sums(-1), Shard.whole(ROWS), 2);
    Path output = folder.resolve("shards");
    for (int i = 2; i >= 0; i--) {
      encode(output, new Sums(-1), new Shard(i, 3, ROWS), 1);
    }
    Embeddings one = Embeddings.open(whole);
    Embeddings three = Embeddings.open(output);
    assertEquals(one.rows(), three.rows());
    float[] a = new float[2];
    float[] b = new float[2];
    for (int i = 0; i < ROWS; i++) {
      one.read(i, 1, a, 0);
      three.read(i, 1, b, 0);
      assertArrayEquals(a, b);
      assertEquals(one.id(i), three.id(i));
    }
  }

  @Test
  void aCorpusThatShrinksMeanwhileIsAnErrorNotAHole() {
    Shard tooMany = Shard.whole(ROWS + 1);
    Exception error =
        assertThrows(
            IOException.class, () -> encode(folder.resolve("E"), new Sums(-1), tooMany, 2));
    assertEquals(
        "the corpus changed while it was read: it has fewer rows than before", error.getMessage());
  }
}
