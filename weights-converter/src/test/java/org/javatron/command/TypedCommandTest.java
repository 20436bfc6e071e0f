package org.javatron.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TypedCommandTest {
  @Test
  void aCommandIsShownAsOneWouldTypeIt() {
    assertEquals(
        "javatron search --force --output 'my run.tsv' --separator ''",
        TypedCommand.of(List.of("search", "--force", "--output", "my run.tsv", "--separator", "")));
    assertEquals(
        "javatron train --train a b --output 'it'\\''s'",
        TypedCommand.of(List.of("train", "--train", "a", "b", "--output", "it's")));
  }

  @Test
  void aLineThatIsTooLongIsBrokenBeforeAnOption() {
    String folder = "a/folder/with/a/long/name/that/fills/the/line";
    assertEquals(
        "javatron encode --force --model m \\\n    --corpus "
            + folder
            + " \\\n    --output "
            + folder,
        TypedCommand.of(
            List.of("encode", "--force", "--model", "m", "--corpus", folder, "--output", folder)));
  }
}
