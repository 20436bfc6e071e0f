// What both ways of searching share: keys, and what is known of a query.
#pragma once

typedef unsigned short half_bits;
typedef unsigned long long sort_key;

// ---- halves ----

#ifndef EMULATE
__device__ __forceinline__ float half_to_float(half_bits bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}

__device__ __forceinline__ half_bits float_to_half(float value) {
  half_bits bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}
#endif

// ---- keys: one comparison is the whole order ----

__device__ __forceinline__ unsigned sortable(float score) {
  unsigned bits = __float_as_uint(score + 0.0f);  // -0 becomes 0: they are equal scores
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

__device__ __forceinline__ sort_key key_of(float score, int ordinal) {
  return (sort_key)sortable(score) << 32 | (unsigned)~ordinal;
}

__device__ __forceinline__ float score_of(sort_key key) {
  unsigned bits = (unsigned)(key >> 32);
  return __uint_as_float(bits & 0x80000000u ? bits & 0x7fffffffu : ~bits);
}

__device__ __forceinline__ int ordinal_of(sort_key key) { return ~(int)(unsigned)key; }

// Per query: what the scan needs to know, and later what it has found.
struct QueryState {
  double factor;  // f: a is about f S
  float margin;   // m
  float cut;      // values below it are of no interest
  float least;    // the score S of the last of the best, once there are depth of them
  int best;       // how many are known by their scores
};
