package org.javatron.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.javatron.cli.Main;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * README's first command ends as README says. Those on SciFact run in benchmarks/scifact-parity.
 */
class ReadmeTest {
  private static final String BEFORE = "It ends like this";

  @TempDir Path folder;

  @Test
  @Tag("slow")
  void theDemoEndsLikeThis() throws IOException {
    String terminal = demo();
    List<String> output = ShownOutput.shown(terminal);
    assertEquals(Optional.empty(), ShownOutput.difference(excerpt(), output), terminal);
  }

  /** What scripts/demo printed, where somebody has just run it, or what it prints now. */
  private String demo() throws IOException {
    String done = System.getenv("JAVATRON_DEMO_OUTPUT");
    if (done != null) {
      return Files.readString(Path.of(done));
    }
    Path docs = Peers.root().resolve("docs");
    StringWriter terminal = new StringWriter();
    PrintWriter both = new PrintWriter(terminal, true);
    int code =
        Main.run(
            both,
            both,
            "demo",
            "--model",
            docs.resolve("model").toString(),
            "--collection",
            docs.resolve("collection").toString(),
            "--output",
            folder.toString());
    assertEquals(0, code, terminal.toString());
    return terminal.toString();
  }

  /** The block behind the sentence; anything may stand before it. */
  private static List<String> excerpt() throws IOException {
    String readme = Files.readString(Peers.root().resolve("README.md"));
    String behind = readme.substring(readme.indexOf(BEFORE));
    return ("...\n" + behind.split("```\n")[1]).lines().toList();
  }
}
