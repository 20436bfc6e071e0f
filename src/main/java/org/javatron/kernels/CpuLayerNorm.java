package org.javatron.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Residual connection and layer normalisation, row by row. */
final class CpuLayerNorm {
  private final CpuLoops loops;
  private final PartialSums gammas = new PartialSums();
  private final PartialSums betas = new PartialSums();

  CpuLayerNorm(CpuLoops loops) {
    this.loops = loops;
  }

  void add(INDArray x, INDArray residual, INDArray gamma, INDArray beta, double eps, INDArray out) {
    int h = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats other = Floats.of(residual);
    Floats to = Floats.of(out);
    float[] scale = Floats.of(gamma).toArray();
    float[] shift = Floats.of(beta).toArray();
    loops.eachRow(
        (int) x.size(0),
        (r, worker) -> {
          float[] sum = sum(from, other, r, h, worker);
          loops.math.layerNorm(sum, 0, h, scale, shift, (float) eps);
          to.write((long) r * h, sum, 0, h);
        });
  }

  void backward(
      INDArray x,
      INDArray residual,
      INDArray gamma,
      double eps,
      INDArray dOut,
      INDArray dSum,
      INDArray dGamma,
      INDArray dBeta) {
    int rows = (int) x.size(0);
    int h = (int) x.size(1);
    Floats from = Floats.of(x);
    Floats other = Floats.of(residual);
    Floats gradient = Floats.of(dOut);
    Floats to = Floats.of(dSum);
    float[] scale = Floats.of(gamma).toArray();
    int height = PartialSums.rowsOfABlock(rows);
    int blocks = (rows + height - 1) / height;
    gammas.begin(blocks, h);
    betas.begin(blocks, h);
    loops.workers.run(
        blocks,
        (block, worker) -> {
          float[] d = loops.scratch(worker, 2, h);
          float[] gammaSum = gammas.zeroed(block);
          float[] betaSum = betas.zeroed(block);
          for (int r = block * height; r < Math.min(rows, (block + 1) * height); r++) {
            float[] sum = sum(from, other, r, h, worker);
            gradient.read((long) r * h, d, 0, h);
            loops.math.layerNormBackward(d, sum, h, scale, (float) eps, gammaSum, betaSum);
            to.write((long) r * h, d, 0, h);
          }
        });
    gammas.write(loops.math, Floats.of(dGamma));
    betas.write(loops.math, Floats.of(dBeta));
  }

  private float[] sum(Floats x, Floats residual, int r, int h, int worker) {
    float[] sum = loops.scratch(worker, 0, h);
    float[] row = loops.scratch(worker, 1, h);
    x.read((long) r * h, sum, 0, h);
    residual.read((long) r * h, row, 0, h);
    loops.math.add(sum, 0, row, 0, h);
    return sum;
  }
}
