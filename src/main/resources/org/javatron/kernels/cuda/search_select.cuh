// How a block of threads shortens a query's list of keys: the k-th largest, those that reach a key, scores in place of the scan's values.
#pragma once
#include "search.cuh"

struct Selection {  // what the threads of a block share
  unsigned histogram[256];
  int warps[32];
  int digit, rank, size;
  sort_key minimum;
};

// The k-th largest of na + nb >= k keys, by digits of 8 bits from the top; digits below bit `lowest` are left 0, and so
// are those that no longer matter because every key that shares the digits above is among the k.
__device__ sort_key kth_largest(const sort_key* a, int na, const sort_key* b, int nb, int k, int lowest, Selection& shared) {
  sort_key prefix = 0, mask = 0;
  for (int shift = 56; shift >= lowest; shift -= 8) {
    for (int i = threadIdx.x; i < 256; i += blockDim.x) {
      shared.histogram[i] = 0;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < na + nb; i += blockDim.x) {
      sort_key key = i < na ? a[i] : b[i - na];
      if ((key & mask) == prefix) {
        atomicAdd(&shared.histogram[key >> shift & 255], 1u);
      }
    }
    __syncthreads();
    if (threadIdx.x < 32) {  // lane 0 has the eight largest digits
      int sum = 0;
      for (int i = 0; i < 8; i++) {
        sum += shared.histogram[255 - 8 * threadIdx.x - i];
      }
      int before = sum;
      for (int step = 1; step < 32; step *= 2) {
        int other = __shfl_up_sync(0xffffffffu, before, step);
        before += threadIdx.x >= step ? other : 0;
      }
      before -= sum;
      if (before < k && k <= before + sum) {
        int digit = 255 - 8 * threadIdx.x;
        while (before + (int)shared.histogram[digit] < k) {
          before += shared.histogram[digit--];
        }
        shared.digit = digit;
        shared.rank = k - before;
        shared.size = shared.histogram[digit];
      }
    }
    __syncthreads();
    prefix |= (sort_key)shared.digit << shift;
    mask |= (sort_key)255 << shift;
    k = shared.rank;
    if (k == shared.size) {
      break;
    }
    __syncthreads();
  }
  __syncthreads();
  return prefix;
}

// Copies the keys that reach `least`, in their order; `to` may be `from` or lie before it. Returns how many.
__device__ int keep(const sort_key* from, int count, sort_key* to, sort_key least, Selection& shared) {
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int kept = 0;
  for (int start = 0; start < count; start += blockDim.x) {
    int i = start + threadIdx.x;
    sort_key key = i < count ? from[i] : 0;
    int wanted = i < count && key >= least;
    unsigned ballot = __ballot_sync(0xffffffffu, wanted);
    if (lane == 0) {
      shared.warps[warp] = __popc(ballot);
    }
    __syncthreads();  // everybody has read before anybody writes
    int position = kept + __popc(ballot & ((1u << lane) - 1));
    for (int w = 0; w < blockDim.x / 32; w++) {
      position += w < warp ? shared.warps[w] : 0;
      kept += shared.warps[w];
    }
    if (wanted) {
      to[position] = key;
    }
    __syncthreads();
  }
  return kept;
}

// S of the passages that the keys name, in place of a.
__device__ void score(sort_key* keys, int count, const double* query, int dim, const void* rows, int wide, int stride,
                      int first_ordinal) {
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    int ordinal = ordinal_of(keys[i]);
    long long row = ordinal - first_ordinal;
    double sum = 0;
    if (wide) {
      const float* values = (const float*)rows + row * stride;
      for (int k = 0; k < dim; k++) {
        sum += query[k] * values[k];
      }
    } else {
      const half_bits* values = (const half_bits*)rows + row * stride;
      int k = 0;
#pragma unroll 2
      for (; k + 8 <= dim; k += 8) {
        uint4 packed = *(const uint4*)(values + k);
        unsigned words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
        for (int j = 0; j < 8; j++) {
          sum += query[k + j] * half_to_float((half_bits)(words[j / 2] >> 16 * (j % 2)));
        }
      }
      for (; k < dim; k++) {
        sum += query[k] * half_to_float(values[k]);
      }
    }
    keys[i] = key_of((float)sum, ordinal);
  }
  __syncthreads();
}
