package org.javatron.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MainTest {
  @Test
  void withoutArgumentsShowsTheHelp() {
    CliResult result = CliResult.of();
    assertEquals(0, result.exitCode());
    assertTrue(result.out().startsWith("Usage: javatron"), result.out());
    assertEquals("", result.err());
  }

  @Test
  void anUnknownCommandIsAUsageErrorInOneSentence() {
    CliResult result = CliResult.of("serch");
    assertEquals(2, result.exitCode());
    assertEquals("", result.out());
    assertTrue(result.err().startsWith("javatron: Unmatched argument at index 0: 'serch'"));
    assertTrue(result.err().endsWith("See 'javatron --help'.\n"), result.err());
  }
}
