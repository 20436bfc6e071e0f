// AdamW's step, value by value, as train.AdamW computes it on the CPU: the same operations in the same
// order, each rounded by itself (no multiplication and addition in one), so that both give the same
// bits from the same gradients. Reads and writes 28 bytes a weight; the memory's speed is the limit.
#include "common.cuh"

// copy, if not null, gets the new weights in the type of activations, for the matrix products.
extern "C" __global__ void adamw(
    float* w,
    const float* g,
    float* m,
    float* v,
    storage* copy,
    int64 count,
    float gradientScale,
    float stepSize,
    float decay,
    float beta1,
    float rest1,
    float beta2,
    float rest2,
    float epsilon) {
  int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) {
    return;
  }
  float gradient = __fmul_rn(gradientScale, g[i]);
  float mean = __fadd_rn(__fmul_rn(beta1, m[i]), __fmul_rn(rest1, gradient));
  float square = __fadd_rn(__fmul_rn(beta2, v[i]), __fmul_rn(__fmul_rn(rest2, gradient), gradient));
  float direction = mean / __fadd_rn(sqrtf(square), epsilon);
  float moved = __fsub_rn(w[i], __fmul_rn(stepSize, direction));
  float weight = __fsub_rn(moved, __fmul_rn(decay, moved));
  m[i] = mean;
  v[i] = square;
  w[i] = weight;
  if (copy) {
    copy[i] = from_float<storage>(weight);
  }
}
