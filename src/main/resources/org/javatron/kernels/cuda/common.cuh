// What all kernels share: number types, warps, rows, random bits. Compiled by NVRTC alone, so there
// is no CUDA header here; whatever is needed stands below.
//
// A GPU runs blocks of threads; 32 threads of a block, a warp, run in step and can pass values to
// each other without memory. Most kernels here let one warp or one block take one row of a matrix,
// each thread four or more neighbouring values at a time, since memory is read fastest in pieces of
// 16 bytes per thread, side by side.
#pragma once

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long long uint64;
typedef long long int64;

#define FULL 0xffffffffu
#define WARP 32

// ---- 16-bit numbers -------------------------------------------------------------------------------

// The upper 16 bits of a float: its sign, its exponent, and 7 bits after the point.
struct bf16 {
  uint16 bits;
};

// IEEE half precision: 5 bits of exponent, 10 bits after the point.
struct half {
  uint16 bits;
};

__device__ __forceinline__ float to_float(float x) { return x; }

__device__ __forceinline__ float to_float(bf16 x) { return __uint_as_float((uint32)x.bits << 16); }

__device__ __forceinline__ float to_float(half x) {
  float y;
  asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
  return y;
}

template <typename T>
__device__ __forceinline__ T from_float(float x);

template <>
__device__ __forceinline__ float from_float<float>(float x) {
  return x;
}

// To nearest, ties to even; NaN stays NaN.
template <>
__device__ __forceinline__ bf16 from_float<bf16>(float x) {
  bf16 y;
#if __CUDA_ARCH__ >= 800 && !defined(EMULATE)
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
#else
  uint32 u = __float_as_uint(x);
  y.bits = x != x ? 0x7fff : (uint16)((u + 0x7fff + (u >> 16 & 1)) >> 16);
#endif
  return y;
}

template <>
__device__ __forceinline__ half from_float<half>(float x) {
  half y;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
  return y;
}

// The type of activations, chosen when the program is compiled.
#if defined(STORAGE_BF16)
typedef bf16 storage;
#elif defined(STORAGE_FP16)
typedef half storage;
#else
typedef float storage;
#endif

// ---- pieces of 8 values -----------------------------------------------------------------------------

// Eight neighbouring values in registers, loaded and stored with 16 bytes at a time. The address must
// be a multiple of 16 bytes.
struct eight {
  float v[8];
};

__device__ __forceinline__ eight load8(const float* p) {
  float4 a = ((const float4*)p)[0];
  float4 b = ((const float4*)p)[1];
  return {{a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w}};
}

__device__ __forceinline__ void store8(float* p, const eight& x) {
  ((float4*)p)[0] = make_float4(x.v[0], x.v[1], x.v[2], x.v[3]);
  ((float4*)p)[1] = make_float4(x.v[4], x.v[5], x.v[6], x.v[7]);
}

template <typename T>
__device__ __forceinline__ T low16(uint32 pair) {
  T x;
  x.bits = (uint16)pair;
  return x;
}

template <typename T>
__device__ __forceinline__ T high16(uint32 pair) {
  T x;
  x.bits = (uint16)(pair >> 16);
  return x;
}

template <typename T>
__device__ __forceinline__ eight load8(const T* p) {
  uint4 u = *(const uint4*)p;
  uint32 pairs[4] = {u.x, u.y, u.z, u.w};
  eight x;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    x.v[2 * i] = to_float(low16<T>(pairs[i]));
    x.v[2 * i + 1] = to_float(high16<T>(pairs[i]));
  }
  return x;
}

template <typename T>
__device__ __forceinline__ void store8(T* p, const eight& x) {
  uint32 pairs[4];
#pragma unroll
  for (int i = 0; i < 4; i++) {
    uint32 low = from_float<T>(x.v[2 * i]).bits;
    uint32 high = from_float<T>(x.v[2 * i + 1]).bits;
    pairs[i] = low | high << 16;
  }
  *(uint4*)p = make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
}

// ---- warps and blocks ---------------------------------------------------------------------------------

// Each sums in the same order every time, so the same input gives the same bits.

template <typename T>
__device__ __forceinline__ T warp_sum(T x) {
#pragma unroll
  for (int apart = WARP / 2; apart > 0; apart /= 2) {
    x += __shfl_xor_sync(FULL, x, apart);
  }
  return x;
}

__device__ __forceinline__ float warp_max(float x) {
#pragma unroll
  for (int apart = WARP / 2; apart > 0; apart /= 2) {
    x = fmaxf(x, __shfl_xor_sync(FULL, x, apart));
  }
  return x;
}

// The sum over a block of whole warps, at most 1024 threads; every thread gets it.
template <typename T>
__device__ __forceinline__ T block_sum(T x) {
  __shared__ T partial[WARP];
  int lane = threadIdx.x % WARP;
  int warp = threadIdx.x / WARP;
  x = warp_sum(x);
  __syncthreads();
  if (lane == 0) {
    partial[warp] = x;
  }
  __syncthreads();
  return warp_sum(lane < blockDim.x / WARP ? partial[lane] : T(0));
}

__device__ __forceinline__ float block_max(float x) {
  __shared__ float partial[WARP];
  int lane = threadIdx.x % WARP;
  int warp = threadIdx.x / WARP;
  x = warp_max(x);
  __syncthreads();
  if (lane == 0) {
    partial[warp] = x;
  }
  __syncthreads();
  return warp_max(lane < blockDim.x / WARP ? partial[lane] : __uint_as_float(0xff800000u));
}

// ---- sequences ------------------------------------------------------------------------------------------

// Which sequence a token belongs to: the last b with offsets[b] <= token, for offsets [sequences + 1].
__device__ __forceinline__ int sequence_of(const int* offsets, int sequences, int token) {
  int low = 0;
  int high = sequences;
  while (high - low > 1) {
    int middle = (low + high) / 2;
    if (offsets[middle] <= token) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

// ---- dropout --------------------------------------------------------------------------------------------

// Which values are dropped is a function of numbers alone, the one of Java's DropoutRule, so that the
// mask need not be kept: see there.

__device__ __forceinline__ uint64 mix64(uint64 x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

__device__ __forceinline__ uint32 mix32(uint32 x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

// The key of a sequence at a place of the network.
__device__ __forceinline__ uint64 site_key(int64 key, int site) {
  return mix64((uint64)key + (uint64)(site + 1) * 0x9E3779B97F4A7C15ull);
}

// 24 random bits for the value at an index of the sequence; kept if not below the threshold.
__device__ __forceinline__ uint32 dropout_bits(uint64 key, uint32 index) {
  uint32 inner = mix32(index * 0x9E3779B9u + (uint32)key);
  return mix32(inner + (uint32)(key >> 32)) >> 8;
}
