package org.javatron.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Three queries and six passages, small enough to write down the rows they give: the passage of id
 * {@code pN} is the one piece {@code wN}, whose token id is N + 10; the query {@code qN} is the
 * piece {@code vN}, whose id is N + 20.
 */
final class SmallCollection {
  final Path folder;
  final Path vocab;
  final Path queries;
  final Path qrels;
  final Path corpus;
  final Path output;

  SmallCollection(Path folder) throws IOException {
    this.folder = folder;
    vocab =
        write(
            "vocab.txt",
            "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne\n"
                + "w0\nw1\nw2\nw3\nw4\nw5\ny\ny\ny\ny\nv0\nv1\nv2\n");
    queries = write("q.tsv", "q0\tv0\nq1\tv1\nq2\tv2\n");
    qrels = write("qrels.tsv", "q0\t0\tp1\t1\nq0\t0\tp0\t1\nq1\t0\tp2\t1\nq2\t0\tp3\t1\n");
    corpus = write("c.tsv", "p0\tw0\np1\tw1\np2\tw2\np3\tw3\np4\tw4\np5\tw5\n");
    output = folder.resolve("rows");
  }

  Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  /** A command on this collection; options given here replace the collection's. */
  CliResult run(String command, Object... more) {
    List<Object> words = new ArrayList<>(List.of(command));
    List<Object> given = List.of(more);
    Object[] defaults = {
      "--queries", queries, "--qrels", qrels, "--corpus", corpus, "--output", output
    };
    for (int i = 0; i < defaults.length; i += 2) {
      if (!given.contains(defaults[i])) {
        words.add(defaults[i]);
        words.add(defaults[i + 1]);
      }
    }
    if (!given.contains("--raw") && !given.contains("--model") && !given.contains("--vocab")) {
      words.add("--vocab");
      words.add(vocab);
    }
    words.addAll(given);
    return CliResult.of(words.toArray());
  }

  String shard(String name) throws IOException {
    return Files.readString(output.resolve(name));
  }
}
