package org.javatron.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SearchOptionsTest {
  private final SearchOptions defaults = SearchOptions.defaults();

  @Test
  void everyNumberIsAtLeastOne() {
    requireRefused("threads must be at least 1, got 0", () -> defaults.withThreads(0));
    requireRefused("passageTile must be at least 1, got 0", () -> defaults.withTiles(0, 1));
    requireRefused("queryTile must be at least 1, got -1", () -> defaults.withTiles(1, -1));
    requireRefused("queryBlock must be at least 1, got 0", () -> defaults.withQueryBlock(0));
    requireRefused("memory must be at least 1, got 0", () -> defaults.withMemory(0));
  }

  @Test
  void aTilesScoresFitOneBuffer() {
    assertEquals(65536, defaults.withTiles(1 << 16, (1 << 15) - 1).passageTile());
    requireRefused(
        "passageTile * queryTile must be below 2^31, got 65536 * 32768",
        () -> defaults.withTiles(1 << 16, 1 << 15));
  }

  private static void requireRefused(String sentence, Runnable change) {
    assertEquals(sentence, assertThrows(IllegalArgumentException.class, change::run).getMessage());
  }
}
