package org.javatron.kernels;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sums of a batch's embeddings, normalised, and their gradients. */
final class CpuEmbeddings {
  private final CpuLoops loops;
  private final PartialSums gammas = new PartialSums();
  private final PartialSums betas = new PartialSums();

  CpuEmbeddings(CpuLoops loops) {
    this.loops = loops;
  }

  /** The three tables of embeddings. */
  private final class Tables {
    final Floats word;
    final Floats position;
    final float[] type;
    final int h;

    Tables(INDArray words, INDArray positions, INDArray types) {
      h = (int) words.size(1);
      word = Floats.of(words);
      position = Floats.of(positions);
      type = new float[h];
      Floats.of(types).read(0, type, 0, h);
    }

    float[] sum(int id, int place, int worker) {
      float[] sum = loops.scratch(worker, 0, h);
      float[] row = loops.scratch(worker, 1, h);
      word.read((long) id * h, sum, 0, h);
      position.read((long) place * h, row, 0, h);
      loops.math.add(sum, 0, row, 0, h);
      loops.math.add(sum, 0, type, 0, h);
      return sum;
    }
  }

  void forward(
      int[] id,
      int[] start,
      INDArray words,
      INDArray positions,
      INDArray types,
      INDArray gamma,
      INDArray beta,
      double eps,
      INDArray out) {
    Tables tables = new Tables(words, positions, types);
    int h = tables.h;
    Floats to = Floats.of(out);
    float[] scale = Floats.of(gamma).toArray();
    float[] shift = Floats.of(beta).toArray();
    loops.workers.run(
        start.length - 1,
        (b, worker) -> {
          for (int t = start[b]; t < start[b + 1]; t++) {
            float[] sum = tables.sum(id[t], t - start[b], worker);
            loops.math.layerNorm(sum, 0, h, scale, shift, (float) eps);
            to.write((long) t * h, sum, 0, h);
          }
        });
  }

  /**
   * A row of a table gets the gradients of all tokens that read it. So the tokens are grouped by
   * position, then by word, and a task takes a group: no two tasks write the same row, and each
   * adds in the tokens' order. A token's gradient is thereby computed twice, which costs less than
   * keeping it.
   */
  void backward(
      int[] id,
      int[] start,
      INDArray words,
      INDArray positions,
      INDArray types,
      INDArray gamma,
      double eps,
      INDArray dOut,
      INDArray dWords,
      INDArray dPositions,
      INDArray dTypes,
      INDArray dGamma,
      INDArray dBeta) {
    Tables tables = new Tables(words, positions, types);
    int h = tables.h;
    int[] place = places(start);
    float[] scale = Floats.of(gamma).toArray();
    Floats gradient = Floats.of(dOut);
    TokenGradient token =
        (t, gammaSum, betaSum, worker) -> {
          float[] sum = tables.sum(id[t], place[t], worker);
          float[] d = loops.scratch(worker, 2, h);
          gradient.read((long) t * h, d, 0, h);
          loops.math.layerNormBackward(d, sum, h, scale, (float) eps, gammaSum, betaSum);
          return d;
        };

    TokenGroups byPosition = new TokenGroups(place);
    Floats toPositions = zeroed(dPositions);
    gammas.begin(byPosition.count(), h);
    betas.begin(byPosition.count(), h);
    loops.workers.run(
        byPosition.count(),
        (i, worker) ->
            writeSum(
                byPosition, i, token, gammas.zeroed(i), betas.zeroed(i), h, toPositions, worker));
    gammas.write(loops.math, Floats.of(dGamma));
    betas.write(loops.math, Floats.of(dBeta));

    float[] all = new float[h];
    float[] row = new float[h];
    for (int p = 0; p < byPosition.count(); p++) {
      toPositions.read((long) p * h, row, 0, h);
      loops.math.add(all, 0, row, 0, h);
    }
    zeroed(dTypes).write(0, all, 0, h); // every token has type 0

    TokenGroups byWord = new TokenGroups(id);
    Floats toWords = zeroed(dWords);
    loops.workers.run(
        byWord.count(),
        (i, worker) -> {
          float[] again = loops.scratch(worker, 4, h); // gamma's and beta's are known by now
          writeSum(byWord, i, token, again, again, h, toWords, worker);
        });
  }

  /** The gradient of one token's sum of embeddings; adds to gamma's and beta's. */
  @FunctionalInterface
  private interface TokenGradient {
    float[] of(int t, float[] gammaSum, float[] betaSum, int worker);
  }

  private void writeSum(
      TokenGroups groups,
      int group,
      TokenGradient gradient,
      float[] gammaSum,
      float[] betaSum,
      int h,
      Floats table,
      int worker) {
    float[] sum = loops.scratch(worker, 3, h);
    Arrays.fill(sum, 0, h, 0);
    for (int i = groups.from(group); i < groups.from(group + 1); i++) {
      float[] d = gradient.of(groups.token(i), gammaSum, betaSum, worker);
      loops.math.add(sum, 0, d, 0, h);
    }
    table.write((long) groups.row(group) * h, sum, 0, h);
  }

  private Floats zeroed(INDArray array) {
    Floats floats = Floats.of(array);
    loops.eachChunk(array.length(), (at, length, worker) -> floats.zero(at, length));
    return floats;
  }

  /** Each token's place in its sequence. */
  private static int[] places(int[] start) {
    int[] place = new int[start[start.length - 1]];
    for (int b = 0; b + 1 < start.length; b++) {
      for (int t = start[b]; t < start[b + 1]; t++) {
        place[t] = t - start[b];
      }
    }
    return place;
  }
}
