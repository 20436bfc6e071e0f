package org.javatron.search;

import java.io.Closeable;
import org.bytedeco.javacpp.FloatPointer;

/** What one thread needs beside its {@link ScanForm.Tiles}. */
final class TileScratch implements Closeable {
  final FloatPointer tile;
  final float[] row;
  final int[] positions;
  final CanonicalScores exact;
  final ScanForm.Tiles tiles;

  TileScratch(TileScan.Task task, int passageTile, ScanForm.Queries queries) {
    tile = new FloatPointer((long) passageTile * task.passages().dim());
    row = new float[passageTile];
    positions = new int[passageTile];
    exact = new CanonicalScores(task.metric(), task.passages(), task.queries());
    tiles = queries.tiles(tile);
  }

  static long bytes(int passageTile, int dim) {
    return (long) passageTile * ((dim + 1) * Float.BYTES + Integer.BYTES)
        + CanonicalScores.bytes(dim);
  }

  @Override
  public void close() {
    tiles.close();
    tile.close();
  }
}
