package org.javatron.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command of docs/tutorial runs, in the lessons' order, and prints what the page shows. */
class TutorialTest {
  private static final Path TUTORIAL = Peers.root().resolve("docs/tutorial");

  @TempDir Path work;

  static List<Path> lessons() throws IOException {
    try (Stream<Path> pages = Files.list(TUTORIAL)) {
      return pages
          .filter(page -> page.getFileName().toString().matches("\\d\\d-.*\\.md"))
          .sorted()
          .toList();
    }
  }

  /** A minute: once for each change, not with every build. */
  @Test
  @Tag("slow")
  void commandsPrintWhatThePagesShow() throws IOException {
    Shell shell = new Shell(work);
    List<String> differences = new ArrayList<>();
    for (Path lesson : lessons()) {
      List<String> page = new ArrayList<>(Files.readAllLines(lesson));
      int moved = 0;
      for (CommandBlocks.Block block : CommandBlocks.read(lesson)) {
        StringBuilder output = new StringBuilder();
        int last = block.commands().size() - 1;
        for (int i = 0; i <= last; i++) {
          output.append(shell.run(block.commands().get(i), i == last ? block.exitCode() : 0));
        }
        List<String> shown = ShownOutput.shown(output.toString());
        Optional<String> difference = ShownOutput.difference(block.output(), shown);
        if (block.outputLine() > 0 && difference.isPresent()) {
          differences.add(lesson.getFileName() + ":" + block.line() + ": " + difference.get());
          int from = block.outputLine() - 1 + moved;
          page.subList(from, from + block.output().size()).clear();
          page.addAll(from, shown);
          moved += shown.size() - block.output().size();
        }
      }
      if (!differences.isEmpty()) {
        // What the page would be with the outputs of today: to be read, then copied if it is right.
        Path target = Files.createDirectories(Peers.root().resolve("target/tutorial-outputs"));
        Files.write(target.resolve(lesson.getFileName()), page);
      }
    }
    assertEquals(
        List.of(), differences, "see target/tutorial-outputs for the pages with today's outputs");
  }

  @Test
  void thereAreEightLessonsAndTheIndexNamesEach() throws IOException {
    String index = Files.readString(TUTORIAL.resolve("README.md"));
    List<Path> lessons = lessons();
    assertEquals(8, lessons.size(), lessons.toString());
    for (Path lesson : lessons) {
      assertTrue(index.contains("(" + lesson.getFileName() + ")"), lesson.toString());
      assertTrue(!CommandBlocks.read(lesson).isEmpty(), lesson + " has commands");
    }
  }
}
