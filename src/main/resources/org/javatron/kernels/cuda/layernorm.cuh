// A row of HIDDEN values spread over a warp, and what layer normalisation does to it.
//
// The width is a constant of the compilation, so that a row lives in registers: lane l holds the
// pieces of 8 values l, l + 32, l + 64, ... A row is read once and written once, whatever is computed
// of it; the kernels that use this are as fast as the memory.
#pragma once
#include "common.cuh"

#ifndef HIDDEN
#define HIDDEN 768
#endif
static_assert(HIDDEN % 8 == 0, "rows are read in pieces of 8 values");

#define PIECES (HIDDEN / 8)
#define LANE_PIECES ((PIECES + WARP - 1) / WARP)

struct row {
  float v[LANE_PIECES][8];
};

__device__ __forceinline__ int lane_id() { return threadIdx.x % WARP; }

// Runs the body for each piece that this lane holds: j counts them, at is where the piece begins.
#define EACH_PIECE(j, at, body)                         \
  _Pragma("unroll") for (int j = 0; j < LANE_PIECES; j++) { \
    int at = 8 * (lane_id() + WARP * j);                \
    if (at < HIDDEN) {                                  \
      body                                              \
    }                                                   \
  }

#define EACH_VALUE(i, body)                   \
  _Pragma("unroll") for (int i = 0; i < 8; i++) { \
    body                                      \
  }

__device__ __forceinline__ row row_of_zeros() {
  row x;
#pragma unroll
  for (int j = 0; j < LANE_PIECES; j++) {
    EACH_VALUE(i, x.v[j][i] = 0;)
  }
  return x;
}

template <typename T>
__device__ __forceinline__ row load_row(const T* p) {
  row x = row_of_zeros();
  EACH_PIECE(j, at, {
    eight piece = load8(p + at);
    EACH_VALUE(i, x.v[j][i] = piece.v[i];)
  })
  return x;
}

template <typename T>
__device__ __forceinline__ void store_row(T* p, const row& x) {
  EACH_PIECE(j, at, {
    eight piece;
    EACH_VALUE(i, piece.v[i] = x.v[j][i];)
    store8(p + at, piece);
  })
}

__device__ __forceinline__ void add_to(row& x, const row& y) {
#pragma unroll
  for (int j = 0; j < LANE_PIECES; j++) {
    EACH_VALUE(i, x.v[j][i] += y.v[j][i];)
  }
}

__device__ __forceinline__ float mean_of(const row& x) {
  float sum = 0;
#pragma unroll
  for (int j = 0; j < LANE_PIECES; j++) {
    EACH_VALUE(i, sum += x.v[j][i];)
  }
  return warp_sum(sum) / HIDDEN;
}

// x <- (x - mean) / sigma; returns 1 / sigma. The variance is that of the distances to the mean, in a
// second pass over the registers: the difference of two large sums would lose its digits.
__device__ __forceinline__ float to_unit(row& x, float eps) {
  float mean = mean_of(x);
  float squares = 0;
  EACH_PIECE(j, at, {
    EACH_VALUE(i, x.v[j][i] -= mean; squares += x.v[j][i] * x.v[j][i];)
  })
  float inverse = 1.0f / sqrtf(warp_sum(squares) / HIDDEN + eps);
  EACH_PIECE(j, at, { EACH_VALUE(i, x.v[j][i] *= inverse;) })
  return inverse;
}

// x <- LayerNorm(x).
__device__ __forceinline__ void layer_norm(row& x, const float* gamma, const float* beta, float eps) {
  to_unit(x, eps);
  EACH_PIECE(j, at, {
    eight scale = load8(gamma + at);
    eight shift = load8(beta + at);
    EACH_VALUE(i, x.v[j][i] = x.v[j][i] * scale.v[i] + shift.v[i];)
  })
}

// d, the gradient of LayerNorm's output, becomes that of its input s (see ops.AddLayerNorm):
//   ds = (g - mean(g) - u mean(g u)) / sigma,  g = d gamma,  u = (s - mean(s)) / sigma
// and the row's shares are added to the sums for gamma and beta. s is used up.
__device__ __forceinline__ void layer_norm_gradient(
    row& s, row& d, const float* gamma, float eps, row& gammaSum, row& betaSum) {
  float inverse = to_unit(s, eps);
  float sum = 0;
  float alongUnit = 0;
  EACH_PIECE(j, at, {
    eight scale = load8(gamma + at);
    EACH_VALUE(i, {
      gammaSum.v[j][i] += d.v[j][i] * s.v[j][i];
      betaSum.v[j][i] += d.v[j][i];
      d.v[j][i] *= scale.v[i];
      sum += d.v[j][i];
      alongUnit += d.v[j][i] * s.v[j][i];
    })
  })
  float mean = warp_sum(sum) / HIDDEN;
  float along = warp_sum(alongUnit) / HIDDEN;
  EACH_PIECE(j, at, {
    EACH_VALUE(i, d.v[j][i] = (d.v[j][i] - mean - s.v[j][i] * along) * inverse;)
  })
}

// Adds the sums of a block's warps, one warp after the other, and writes the block's row of
// partial [blocks, 2 HIDDEN]: gamma's, then beta's. The rows are added up by sums.cu.
__device__ __forceinline__ void write_sums(const row& gammaSum, const row& betaSum, float* partial) {
  __shared__ __align__(16) float sums[2 * HIDDEN];
  int warp = threadIdx.x / WARP;
  for (int w = 0; w < blockDim.x / WARP; w++) {
    if (warp == w) {
      row gamma = gammaSum;
      row beta = betaSum;
      if (w > 0) {
        add_to(gamma, load_row(sums));
        add_to(beta, load_row(sums + HIDDEN));
      }
      store_row(sums, gamma);
      store_row(sums + HIDDEN, beta);
    }
    __syncthreads();
  }
  for (int i = threadIdx.x; i < 2 * HIDDEN; i += blockDim.x) {
    partial[(int64)blockIdx.x * 2 * HIDDEN + i] = sums[i];
  }
}
