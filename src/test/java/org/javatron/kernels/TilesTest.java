package org.javatron.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TilesTest {
  @Test
  void tilesCoverEachValueOnce() {
    for (int rows : new int[] {1, 2, 31, 127, 129, 513, 2048}) {
      for (int columns : new int[] {1, 20, 37, 97, 384, 769, 3072}) {
        for (int threads : new int[] {1, 2, 7}) {
          Tiles tiles = Tiles.of(rows, columns, threads);
          int[][] covered = new int[rows][columns];
          for (int i = 0; i < tiles.count(); i++) {
            assertTrue(tiles.height(i) > 0 && tiles.width(i) > 0);
            for (int r = 0; r < tiles.height(i); r++) {
              for (int c = 0; c < tiles.width(i); c++) {
                covered[tiles.row(i) + r][tiles.column(i) + c]++;
              }
            }
          }
          for (int[] row : covered) {
            for (int count : row) {
              assertEquals(1, count);
            }
          }
        }
      }
    }
  }

  @Test
  void thereIsWorkForEveryThreadEvenInAShortQuery() {
    assertTrue(Tiles.of(8, 3072, 2).count() >= 4);
    assertTrue(Tiles.of(2048, 768, 2).count() >= 4);
    assertEquals(1, Tiles.of(8, 768, 1).count());
  }
}
