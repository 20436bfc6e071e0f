// Sums that always add in the same order, so that the same input gives the same bits: never by
// atomic additions of floats, whose order is whoever comes first.
#include "common.cuh"

#define TILE_COLUMNS 256
#define TILE_ROWS 8

// Sums of a matrix's columns over chunks of rows: row c of the result is the sum of rows c * chunk to
// (c + 1) * chunk - 1. Applied twice it sums whole columns. A block takes 256 columns: 32 threads side
// by side, 8 columns each; 8 such groups take every eighth row and are added up at the end. Columns
// from "split" on go to "rest": so what lies side by side in x becomes two vectors.
template <typename T>
__device__ __forceinline__ void sum_columns(
    const T* x, int rows, int columns, int chunk, float* out, int split, float* rest) {
  __shared__ __align__(16) float sums[TILE_ROWS][TILE_COLUMNS];
  int group = threadIdx.x / WARP;
  int mine = 8 * (threadIdx.x % WARP);
  int column = blockIdx.x * TILE_COLUMNS + mine;
  int last = min(rows, (int)(blockIdx.y + 1) * chunk);
  eight sum = {};
  if (column < columns) {
#pragma unroll 4
    for (int r = blockIdx.y * chunk + group; r < last; r += TILE_ROWS) {
      eight y = load8(x + (int64)r * columns + column);
#pragma unroll
      for (int i = 0; i < 8; i++) {
        sum.v[i] += y.v[i];
      }
    }
  }
  store8(&sums[group][mine], sum);
  __syncthreads();
  int c = blockIdx.x * TILE_COLUMNS + threadIdx.x;
  if (c < columns) {
    float total = 0;
#pragma unroll
    for (int g = 0; g < TILE_ROWS; g++) {
      total += sums[g][threadIdx.x];
    }
    if (c < split) {
      out[(int64)blockIdx.y * split + c] = total;
    } else {
      rest[(int64)blockIdx.y * (columns - split) + c - split] = total;
    }
  }
}

extern "C" __global__ void sumColumns(
    const storage* x, int rows, int columns, int chunk, float* out) {
  sum_columns(x, rows, columns, chunk, out, columns, out);
}

extern "C" __global__ void sumColumnsOfFloats(
    const float* x, int rows, int columns, int chunk, float* out, int split, float* rest) {
  sum_columns(x, rows, columns, chunk, out, split, rest);
}

// out[0] = the inner product of two vectors, added up in double by one block.
extern "C" __global__ void dot(const float* a, const float* b, int64 count, float* out) {
  double sum = 0;
  for (int64 i = threadIdx.x; i < count; i += blockDim.x) {
    sum += (double)a[i] * b[i];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    out[0] = (float)sum;
  }
}

// The sum of squares, each block its share, in double: squares of float32 gradients can be below or
// above what float32 holds.
extern "C" __global__ void sumOfSquares(const float* x, int64 count, double* partial) {
  double sum = 0;
  int64 step = (int64)gridDim.x * blockDim.x;
#pragma unroll 4
  for (int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += step) {
    sum += (double)x[i] * x[i];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = sum;
  }
}

// out[0] = the sum of so many doubles, by one block.
extern "C" __global__ void sumOfDoubles(const double* x, int count, double* out) {
  double sum = 0;
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    sum += x[i];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    out[0] = sum;
  }
}
