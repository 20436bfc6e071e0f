// Value by value: GELU, additions, dropout. Each thread takes 8 neighbouring values; the memory's speed
// is the limit.
#include "common.cuh"

#define INV_SQRT_2 0.70710678118654752f
#define INV_SQRT_2PI 0.39894228040143268f

// Eight values, or as many as there are.
__device__ __forceinline__ eight load_some(const storage* x, int64 at, int64 count) {
  if (at + 8 <= count) {
    return load8(x + at);
  }
  eight y = {};
  for (int i = 0; at + i < count; i++) {
    y.v[i] = to_float(x[at + i]);
  }
  return y;
}

__device__ __forceinline__ void store_some(storage* out, int64 at, int64 count, const eight& y) {
  if (at + 8 <= count) {
    store8(out + at, y);
    return;
  }
  for (int i = 0; at + i < count; i++) {
    out[at + i] = from_float<storage>(y.v[i]);
  }
}

// The share of a normal distribution below z.
__device__ __forceinline__ float normal_below(float z) { return 0.5f * (1 + erff(z * INV_SQRT_2)); }

// out = z times the share below z; out may be z.
extern "C" __global__ void gelu(const storage* z, storage* out, int64 count) {
  int64 at = 8 * ((int64)blockIdx.x * blockDim.x + threadIdx.x);
  if (at >= count) {
    return;
  }
  eight x = load_some(z, at, count);
#pragma unroll
  for (int i = 0; i < 8; i++) {
    x.v[i] *= normal_below(x.v[i]);
  }
  store_some(out, at, count, x);
}

extern "C" __global__ void geluBackward(
    const storage* z, const storage* dOut, storage* dZ, int64 count) {
  int64 at = 8 * ((int64)blockIdx.x * blockDim.x + threadIdx.x);
  if (at >= count) {
    return;
  }
  eight x = load_some(z, at, count);
  eight d = load_some(dOut, at, count);
#pragma unroll
  for (int i = 0; i < 8; i++) {
    float density = INV_SQRT_2PI * expf(-0.5f * x.v[i] * x.v[i]);
    d.v[i] *= normal_below(x.v[i]) + x.v[i] * density;
  }
  store_some(dZ, at, count, d);
}

// out = a + b; out may be a or b.
extern "C" __global__ void add(const storage* a, const storage* b, storage* out, int64 count) {
  int64 at = 8 * ((int64)blockIdx.x * blockDim.x + threadIdx.x);
  if (at >= count) {
    return;
  }
  eight x = load_some(a, at, count);
  eight y = load_some(b, at, count);
#pragma unroll
  for (int i = 0; i < 8; i++) {
    x.v[i] += y.v[i];
  }
  store_some(out, at, count, x);
}

// out = x times a number that is on the GPU.
extern "C" __global__ void scale(
    const storage* x, const float* factor, storage* out, int64 count) {
  int64 at = 8 * ((int64)blockIdx.x * blockDim.x + threadIdx.x);
  if (at >= count) {
    return;
  }
  eight y = load_some(x, at, count);
#pragma unroll
  for (int i = 0; i < 8; i++) {
    y.v[i] *= *factor;
  }
  store_some(out, at, count, y);
}

// out = x with some values dropped and the others scaled, by the rule of Java's DropoutRule; a row is
// a token's, width values long. One block a row at a time.
extern "C" __global__ void dropout(
    const storage* x,
    const int* offsets,
    int sequences,
    const int64* keys,
    int site,
    uint32 threshold,
    float factor,
    int width,
    storage* out) {
  int t = blockIdx.x;
  int b = sequence_of(offsets, sequences, t);
  uint64 key = site_key(keys[b], site);
  uint32 first = (uint32)(t - offsets[b]) * (uint32)width;
  int64 from = (int64)t * width;
  for (int at = 8 * threadIdx.x; at < width; at += 8 * blockDim.x) {
    eight y = load8(x + from + at);
#pragma unroll
    for (int i = 0; i < 8; i++) {
      bool kept = dropout_bits(key, first + at + i) >= threshold;
      y.v[i] = kept ? y.v[i] * factor : 0;
    }
    store8(out + from + at, y);
  }
}
