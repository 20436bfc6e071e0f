package org.javatron.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Seeded judgements and runs that lean on what goes wrong: ties, grades, gaps, unknown ids. */
final class RandomRuns {
  private static final String[] PREFIXES = {
    "", "d", "D-", "\u00e9", "\u4e2d", "\ud83d\ude00", "\uffee"
  };
  private final Random random;

  RandomRuns(long seed) {
    random = new Random(seed);
  }

  private String passage() {
    return PREFIXES[random.nextInt(PREFIXES.length)] + random.nextInt(12);
  }

  /** Judgements from -1 to 3 in TREC's form; some queries have nothing relevant. */
  Path qrels(Path path, int queries) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int q = 0; q < queries; q++) {
      List<String> done = new ArrayList<>();
      int grades = random.nextInt(5) == 0 ? 1 : 5;
      for (int i = random.nextInt(30); i >= 0; i--) {
        String passage = passage();
        if (!done.contains(passage)) {
          done.add(passage);
          text.append(
              "q%d 0 %s %d\n".formatted(q, passage, random.nextInt(grades) - (grades > 1 ? 1 : 0)));
        }
      }
    }
    return Files.writeString(path, text);
  }

  /**
   * A TREC run over some of the queries and some others, lines and rank column in no order; scores
   * come from a few values, some of them equal only as 32-bit floats.
   */
  Path run(Path path, int queries) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int q = 0; q < queries + 3; q++) {
      if (random.nextInt(5) == 0) {
        continue;
      }
      List<String> done = new ArrayList<>();
      for (int i = random.nextInt(60); i >= 0; i--) {
        String passage = passage();
        if (!done.contains(passage)) {
          done.add(passage);
          double score = (random.nextInt(5) - 1) * 10.1 + random.nextInt(3) * 1e-9;
          lines.add("q%d Q0 %s %d %s tag".formatted(q, passage, random.nextInt(99), score));
        }
      }
    }
    Collections.shuffle(lines, random);
    return Files.write(path, lines);
  }
}
