// From tokens to one float32 vector a sequence, and back.
#include "common.cuh"

// out[b] = the sequence's first row.
extern "C" __global__ void poolFirst(
    const storage* hidden, const int* offsets, int width, float* out) {
  int b = blockIdx.x;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    out[(int64)b * width + i] = to_float(hidden[(int64)offsets[b] * width + i]);
  }
}

#define TILE_COLUMNS 256
#define TILE_ROWS 8

// out[b] = the mean of the sequence's rows. A block takes 256 columns: 8 groups of 32 threads, 8
// columns a thread, take every eighth row and are added up at the end.
extern "C" __global__ void poolMean(
    const storage* hidden, const int* offsets, int width, float* out) {
  __shared__ __align__(16) float sums[TILE_ROWS][TILE_COLUMNS];
  int b = blockIdx.x;
  int group = threadIdx.x / WARP;
  int mine = 8 * (threadIdx.x % WARP);
  int column = blockIdx.y * TILE_COLUMNS + mine;
  int first = offsets[b];
  int last = offsets[b + 1];
  eight sum = {};
  if (column < width) {
#pragma unroll 4
    for (int t = first + group; t < last; t += TILE_ROWS) {
      eight y = load8(hidden + (int64)t * width + column);
#pragma unroll
      for (int i = 0; i < 8; i++) {
        sum.v[i] += y.v[i];
      }
    }
  }
  store8(&sums[group][mine], sum);
  __syncthreads();
  int c = blockIdx.y * TILE_COLUMNS + threadIdx.x;
  if (c < width) {
    float total = 0;
#pragma unroll
    for (int g = 0; g < TILE_ROWS; g++) {
      total += sums[g][threadIdx.x];
    }
    out[(int64)b * width + c] = total / (last - first);
  }
}

// dHidden[t] = dOut[b] for the first token (mean = 0), or dOut[b] / n for each of n tokens; else 0.
extern "C" __global__ void poolBackward(
    const int* offsets, int sequences, int mean, const float* dOut, int width, storage* dHidden) {
  int t = blockIdx.x;
  int b = sequence_of(offsets, sequences, t);
  int first = offsets[b];
  float factor = mean ? 1.0f / (offsets[b + 1] - first) : t == first ? 1 : 0;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    dHidden[(int64)t * width + i] = from_float<storage>(dOut[(int64)b * width + i] * factor);
  }
}

#define LEAST_NORM 1e-12f

__device__ __forceinline__ float norm_of(const float* x, int width) {
  float squares = 0;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    squares += x[i] * x[i];
  }
  return sqrtf(block_sum(squares));
}

// out[b] = x[b] / max(|x[b]|, 1e-12): one block a row.
extern "C" __global__ void l2Normalize(const float* x, int width, float* out) {
  x += (int64)blockIdx.x * width;
  out += (int64)blockIdx.x * width;
  float norm = fmaxf(norm_of(x, width), LEAST_NORM);
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    out[i] = x[i] / norm;
  }
}

// dX = (dOut - y (y . dOut)) / |x| with y = x / |x|, or dOut / 1e-12 where |x| is below that.
extern "C" __global__ void l2NormalizeBackward(
    const float* x, const float* dOut, int width, float* dX) {
  x += (int64)blockIdx.x * width;
  dOut += (int64)blockIdx.x * width;
  dX += (int64)blockIdx.x * width;
  float norm = norm_of(x, width);
  float along = 0;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    along += x[i] / norm * dOut[i];
  }
  along = block_sum(along);
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    dX[i] = norm < LEAST_NORM ? dOut[i] / LEAST_NORM : (dOut[i] - x[i] / norm * along) / norm;
  }
}
