// out = LayerNorm(x + residual) and its gradients: one warp a row.
#include "layernorm.cuh"

extern "C" __global__ void addLayerNorm(
    const storage* x,
    const storage* residual,
    const float* gamma,
    const float* beta,
    float eps,
    storage* out,
    int rows) {
  int r = (blockIdx.x * blockDim.x + threadIdx.x) / WARP;
  if (r >= rows) {
    return;
  }
  int64 at = (int64)r * HIDDEN;
  row s = load_row(x + at);
  add_to(s, load_row(residual + at));
  layer_norm(s, gamma, beta, eps);
  store_row(out + at, s);
}

// The sum and its statistics are computed again from x and residual: reading them costs no more than
// reading what would have been kept. Each warp takes every so-many-th row, so that the sums for gamma
// and beta stay in its registers till the end.
extern "C" __global__ void addLayerNormBackward(
    const storage* x,
    const storage* residual,
    const float* gamma,
    float eps,
    const storage* dOut,
    storage* dSum,
    float* partial,
    int rows) {
  int warps = gridDim.x * blockDim.x / WARP;
  row gammaSum = row_of_zeros();
  row betaSum = row_of_zeros();
  for (int r = (blockIdx.x * blockDim.x + threadIdx.x) / WARP; r < rows; r += warps) {
    int64 at = (int64)r * HIDDEN;
    row s = load_row(x + at);
    add_to(s, load_row(residual + at));
    row d = load_row(dOut + at);
    layer_norm_gradient(s, d, gamma, eps, gammaSum, betaSum);
    store_row(dSum + at, d);
  }
  write_sums(gammaSum, betaSum, partial);
}
