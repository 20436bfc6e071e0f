package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TestEmbeddings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchCommandTest {
  @TempDir Path folder;
  private Path queries;
  private Path passages;
  private Path run;

  @BeforeEach
  void embeddings() throws IOException {
    queries = write("Q", List.of("q1", "q2"), TestEmbeddings.settings(), 1, 0, 0, 1);
    passages =
        write("P", List.of("a", "b", "c", "d"), TestEmbeddings.settings(), 1, 0, 0, 1, 1, 1, 2, -1);
    run = folder.resolve("out/run.tsv");
  }

  private Path write(String name, List<String> ids, ObjectNode settings, float... values)
      throws IOException {
    return write(Shard.whole(ids.size()), name, ids, settings, values);
  }

  private Path write(
      Shard shard, String name, List<String> ids, ObjectNode settings, float... values)
      throws IOException {
    int dim = ids.isEmpty() ? 2 : values.length / ids.size();
    Path output = folder.resolve(name);
    EmbeddingsHeader header = new EmbeddingsHeader(shard, dim, EmbeddingType.FLOAT32, settings);
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(shard.directory(output), header)) {
      writer.append(values, ids);
      writer.finish();
    }
    return output;
  }

  private CliResult search(Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("search", "--queries", queries, "--passages", passages, "--output", run));
    arguments.addAll(List.of(more));
    return CliResult.of(arguments.toArray());
  }

  @Test
  void writesTheRunInEachFormat() throws IOException {
    CliResult result = search("--depth", 3);
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(
        "q1\td\t2.0\nq1\ta\t1.0\nq1\tc\t1.0\nq2\tb\t1.0\nq2\tc\t1.0\nq2\ta\t0.0\n",
        Files.readString(run));
    assertTrue(result.out().contains(": 6 lines, 2 queries over 4 passages in "), result.out());
    assertTrue(result.err().startsWith("search needs "), result.err());
    assertTrue(result.err().contains(": 2 queries over 4 passages at depth 3 in 1 pass\n"));
    assertEquals(
        0, search("--depth", 1, "--run-format", "marco", "--force", "--threads", 1).exitCode());
    assertEquals("q1\td\t1\nq2\tb\t1\n", Files.readString(run));
    assertEquals(0, search("--depth", 1, "--run-format", "TREC", "--force").exitCode());
    assertEquals("q1 Q0 d 1 2.0 javatron\nq2 Q0 b 1 1.0 javatron\n", Files.readString(run));
  }

  @Test
  void jsonIsForMachines() throws IOException {
    CliResult result = search("--depth", 2, "--json", "--query-batch", 1, "--memory", "64m");
    assertEquals(0, result.exitCode(), result.err());
    JsonNode answer = new ObjectMapper().readTree(result.out());
    assertEquals(run.toString(), answer.get("run").textValue());
    assertEquals(4, answer.get("lines").intValue());
    assertEquals(2, answer.get("passes").intValue());
    assertTrue(answer.get("memory_bytes").longValue() <= 64 << 20);
  }

  @Test
  void aDepthBeyondTheCorpusGivesItAllAndSaysSo() throws IOException {
    CliResult result = search("--depth", 50);
    assertEquals(0, result.exitCode());
    assertTrue(
        result.err().startsWith("search: there are only 4 passages: each query gets all of them"));
    assertEquals(8, Files.readAllLines(run).size());
  }

  @Test
  void shardsAndSeveralFoldersAreOneCollection() throws IOException {
    Shard first = new Shard(0, 2, 4);
    write(first, "S", List.of("a", "b"), TestEmbeddings.settings(), 1, 0, 0, 1);
    passages = folder.resolve("S");
    requireFails(1, "S lacks shard-1-of-2", search());
    write(new Shard(1, 2, 4), "S", List.of("c", "d"), TestEmbeddings.settings(), 1, 1, 2, -1);
    assertEquals(0, search("--depth", 3).exitCode());
    assertEquals(
        "q1\td\t2.0\nq1\ta\t1.0\nq1\tc\t1.0\nq2\tb\t1.0\nq2\tc\t1.0\nq2\ta\t0.0\n",
        Files.readString(run));
    Path more = write("M", List.of("e"), TestEmbeddings.settings(), 9, 9);
    CliResult result =
        CliResult.of(
            "search",
            "--queries",
            queries,
            "--passages",
            passages,
            more,
            "--output",
            run,
            "--depth",
            1,
            "--force");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("q1\te\t9.0\nq2\te\t9.0\n", Files.readString(run));
  }

  @Test
  void wrongNumbersAreWrongUsage() {
    requireFails(2, "--depth must be 1 or more, not 0", search("--depth", 0));
    requireFails(2, "--threads must be between 1 and 1024, not 0", search("--threads", 0));
    requireFails(2, "--query-batch must be 1 or more, not -1", search("--query-batch", -1));
    requireFails(2, "'much' is not a size such as 512m or 2g", search("--memory", "much"));
    requireFails(1, "for a single query at depth 4 but may use 9 KB:", search("--memory", "9k"));
  }

  @Test
  void withoutAGpuCudaIsRefusedInASentence() throws IOException {
    requireFails(2, "'tpu'", search("--device", "tpu"));
    CliResult result = search("--depth", 3, "--device", "cuda");
    if (result.exitCode() == 0) { // there is one, and the bindings too
      assertEquals(
          "q1\td\t2.0\nq1\ta\t1.0\nq1\tc\t1.0\nq2\tb\t1.0\nq2\tc\t1.0\nq2\ta\t0.0\n",
          Files.readString(run));
    } else {
      requireFails(1, "javatron search: ", result);
      assertEquals(1, result.err().lines().count(), result.err());
      assertTrue(result.err().matches("(?s).*(GPU|NVIDIA|CUDA).*"), result.err());
    }
  }

  @Test
  void anOldRunIsNotReplacedUnasked() throws IOException {
    Files.createDirectories(run.getParent());
    Files.writeString(run, "old");
    CliResult result = search();
    assertEquals(1, result.exitCode());
    assertEquals(
        "javatron search: " + run + " exists already: replace it with --force\n", result.err());
    assertEquals("old", Files.readString(run));
  }

  @Test
  void aManifestSaysWhatTheRunIsOf() throws IOException {
    Path manifest = folder.resolve("out/run.tsv.manifest.json");
    assertEquals(0, search().exitCode());
    String json = Files.readString(manifest);
    assertTrue(json.contains("\"bytes\" : " + Files.size(run)), json);
    assertTrue(json.contains("\"passages\" : {") && json.contains("model_sha256"), json);
    // Of vectors that may be of different making nothing is said.
    assertEquals(0, search("--allow-mismatch", "--force").exitCode());
    assertFalse(Files.exists(manifest));
  }

  private Path queries(String name) throws IOException {
    return write(name, List.of("r"), TestEmbeddings.settings().put("max_length", 16), 1, 0);
  }

  @Test
  void embeddingsOfDifferentMakingAreRefused() throws IOException {
    for (String setting : List.of("model_sha256", "tokenizer_sha256", "pooling")) {
      queries =
          write("Q" + setting, List.of("q"), TestEmbeddings.settings().put(setting, "x"), 1, 0);
      requireFails(1, setting + " is \"", search());
      CliResult allowed = search("--allow-mismatch", "--force");
      assertEquals(0, allowed.exitCode(), allowed.err());
      Files.delete(run);
    }
    queries = write("n", List.of("q"), TestEmbeddings.settings().put("normalize", false), 1, 0);
    requireFails(1, "normalize is true there and false here", search());
    queries = write("long", List.of("q"), TestEmbeddings.settings().put("max_length", 32), 1, 0);
    assertEquals(0, search().exitCode()); // each side has its own length
    Files.delete(run);
    Path space = write("sp", List.of("z"), TestEmbeddings.settings().put("separator", " "), 1, 0);
    CliResult result =
        CliResult.of(
            "search", "--queries", queries, "--passages", passages, space, "--output", run);
    requireFails(1, "separator is \"[SEP]\" there and \" \" here", result);
    result =
        CliResult.of(
            "search",
            "--queries",
            queries,
            queries("other"),
            "--passages",
            passages,
            "--output",
            run);
    requireFails(1, "max_length is 32 there and 16 here (--allow-mismatch", result);
    passages = write("side", List.of("z"), TestEmbeddings.settings().put("side", "query"), 1, 0);
    requireFails(1, "side holds embeddings of queries, expected passages", search());
  }

  @Test
  void whatCannotBeSearchedIsRefused() throws IOException {
    Path wide = write("wide", List.of("w"), TestEmbeddings.settings(), 1, 2, 3);
    Path none = write("none", List.of(), TestEmbeddings.settings());
    Path twice = write("twice", List.of("x", "x"), TestEmbeddings.settings(), 1, 0, 0, 1);
    Path good = queries;
    queries = wide;
    requireFails(1, "wide has vectors of 3 values but " + passages + " has vectors of 2", search());
    queries = none;
    requireFails(1, "none holds no queries", search());
    queries = twice;
    requireFails(1, "the query id \"x\" comes twice", search());
    queries = good;
    passages = none;
    requireFails(1, "none holds no passages", search());
    passages = twice;
    requireFails(1, "the passage id \"x\" comes twice, in rows 0 and 1", search());
    passages = folder.resolve("nowhere");
    requireFails(1, "no such file or folder: ", search());
    passages = good;
    CliResult result =
        CliResult.of("search", "--queries", good, "--passages", good, good, "--output", run);
    requireFails(1, "Q is given twice among the passages", result);
  }

  private void requireFails(int exitCode, String sentence, CliResult result) {
    assertEquals(exitCode, result.exitCode(), result.err());
    assertTrue(result.err().contains(sentence), result.err());
    assertEquals("", result.out());
    assertFalse(Files.exists(run));
  }
}
