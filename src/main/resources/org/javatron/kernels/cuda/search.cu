// Exact search: everything but the matrix products of many queries.
//
// Two numbers belong to a query q and a passage p. The score S is the one that orders results: the inner product of the
// given vectors summed in double precision in the order of the dimensions, rounded once to float (products of floats are
// exact in double, so a fused multiply-add changes nothing: S has the same bits as on any other machine). The scan's
// value a is what tensor cores give for the vectors rounded to half precision, scaled by powers of two; it only selects.
//
// Margin. Let q' and p' be the scaled vectors, q~ and p~ their roundings, and f the product of the scales, so that
// q'.p' = f q.p. Then with the norms |.| and u = 2^-22
//   |a - f S| <= |q'.p' - q~.p~| + |q~.p~ - a| + |f S - q'.p'|
//             <= |q' - q~| |p'| + |q~| |p' - p~|              rounding of the vectors, by Cauchy and Schwarz
//              + (d + 64) u |q~| |p~|                         the sum in float: below
//              + 2^-20 |q~| |p~| + f 2^-149                   rounding of S and of the thresholds computed from it
//              + (2^-11 + 2^-17) |q~| |p~| + 2^-24            rounding of a to half, where it was stored so
//             =: m, with the greatest norms of all passages at hand in place of |p'| and |p' - p~|.
// The sum in float: products of halves are exact in float. In whatever order and grouping they are added, an addition of
// several operands that are aligned to the largest of them and cut off loses less than 2^-23 of it for each operand; an
// operand is a product or a partial sum, of which there are at most 2 d, and none exceeds sum |q_i p_i| <= |q~| |p~|
// by more than the error itself: the loss is below 2 d 2^-23 = d u of it; 64 u is room for terms of second order.
//
// Selection. If k passages have a >= t, k scores reach (t - m) / f, so a passage among the best k has a >= t - 2 m: the
// others are dropped while the scan goes on. When k scores are known, the least of them being S_k, what may still enter
// has a >= f S_k - m. What survives is scored, and a total order of keys decides (score, then ordinal). Hence the result
// does not depend on tiles, on the order in which candidates are appended, or on how the products were summed.

#include "search_select.cuh"

#ifndef EMULATE
// d += a b for 16 passages x 16 dimensions x 8 queries. Lane l holds of a the rows l / 4 and l / 4 + 8, of b the column l / 4.
__device__ __forceinline__ void multiply_add(float (&d)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3,
                                             unsigned b0, unsigned b1) {
#if __CUDA_ARCH__ >= 800
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#else
  asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(b0));
  asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a2), "r"(a3), "r"(b1));
#endif
}
#endif

__device__ __forceinline__ void append(float value, int ordinal, int query, sort_key* lists, int capacity, int* counts) {
  lists[(long long)query * capacity + atomicAdd(&counts[query], 1)] = key_of(value, ordinal);
}

// ---- norms, scales, thresholds ----

struct SlabFacts {  // of the passages at hand; all maxima, so the order of updates does not matter
  float largest;    // greatest magnitude of a value (only where passages are float32)
  float norm;       // greatest |p'|, rounded up
  float residual;   // greatest |p' - p~|, rounded up
  int bad;          // first row with a value that is not finite, or a large number
};

__device__ __forceinline__ double warp_sum(double value) {
  for (int step = 16; step > 0; step /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, step);
  }
  return value;
}

__device__ __forceinline__ float above(double value) { return (float)(value * 1.000001); }

__device__ __forceinline__ void raise(float* maximum, float value) {
  atomicMax((int*)maximum, __float_as_int(value));  // neither is negative
}

__device__ __forceinline__ int exponent_of(double value) {  // floor(log2(value)), far below every float for 0
  return (int)(__double_as_longlong(value) >> 52 & 0x7ff) - 1023;
}

__device__ __forceinline__ double power_of_two(int exponent) {
  return __longlong_as_double((long long)(exponent + 1023) << 52);
}

// Float32 passages are scaled so that their largest value lies in [1, 2); halves stay as they are.
__device__ __forceinline__ double passage_scale(const SlabFacts* facts, int narrowed) {
  return narrowed && facts->largest > 0 ? power_of_two(-exponent_of(facts->largest)) : 1.0;
}

extern "C" __global__ void search_facts_begin(SlabFacts* facts) {
  facts->largest = facts->norm = facts->residual = 0;
  facts->bad = 0x7fffffff;
}

// Norms of half-precision rows [rows, stride]; a warp takes row after row.
extern "C" __global__ void search_measure_half(const half_bits* passages, int stride, int rows, SlabFacts* facts) {
  int lane = threadIdx.x % 32;
  int warps = gridDim.x * (blockDim.x / 32);
  double norm = 0;
  for (int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; row < rows; row += warps) {
    const half_bits* values = passages + (long long)row * stride;
    double squares = 0;
    int bad = 0;
    for (int i = lane; i < stride; i += 32) {
      bad |= (values[i] & 0x7c00) == 0x7c00;
      double value = half_to_float(values[i]);
      squares += value * value;
    }
    if (bad) {
      atomicMin(&facts->bad, row);
    }
    squares = warp_sum(squares);
    norm = squares > norm ? squares : norm;
  }
  if (lane == 0) {
    raise(&facts->norm, above(sqrt(norm)));
  }
}

// The largest magnitude of float32 rows, laid end to end; row = dim values.
extern "C" __global__ void search_measure_float(const float* passages, int dim, int rows, SlabFacts* facts) {
  long long count = (long long)rows * dim;
  float largest = 0;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) {
    float value = passages[i];
    if ((__float_as_uint(value) & 0x7f800000u) == 0x7f800000u) {
      atomicMin(&facts->bad, (int)(i / dim));
    } else {
      largest = fmaxf(largest, fabsf(value));
    }
  }
  for (int step = 16; step > 0; step /= 2) {
    largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, step));
  }
  if (threadIdx.x % 32 == 0) {
    raise(&facts->largest, largest);
  }
}

// Float32 rows [rows, dim] to scaled halves [rows, stride], zeros behind; what rounding loses is measured.
extern "C" __global__ void search_narrow(const float* passages, int dim, int rows, half_bits* narrow, int stride,
                                         SlabFacts* facts) {
  int lane = threadIdx.x % 32;
  int warps = gridDim.x * (blockDim.x / 32);
  double scale = passage_scale(facts, 1);
  double norm = 0, residual = 0;
  for (int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; row < rows; row += warps) {
    const float* values = passages + (long long)row * dim;
    half_bits* rounded = narrow + (long long)row * stride;
    double squares = 0, lost = 0;
    for (int i = lane; i < stride; i += 32) {
      double value = i < dim ? values[i] * scale : 0.0;
      half_bits bits = float_to_half((float)value);
      rounded[i] = bits;
      double difference = value - half_to_float(bits);
      squares += value * value;
      lost += difference * difference;
    }
    squares = warp_sum(squares);
    lost = warp_sum(lost);
    norm = squares > norm ? squares : norm;
    residual = lost > residual ? lost : residual;
  }
  if (lane == 0) {
    raise(&facts->norm, above(sqrt(norm)));
    raise(&facts->residual, above(sqrt(residual)));
  }
}

__device__ __forceinline__ double block_sum(double value, double* partial) {
  value = warp_sum(value);
  __syncthreads();  // partial may still be read from the last call
  if (threadIdx.x % 32 == 0) {
    partial[threadIdx.x / 32] = value;
  }
  __syncthreads();
  double sum = 0;
  for (int i = 0; i < blockDim.x / 32; i++) {
    sum += partial[i];
  }
  return sum;
}

// One block a query, before each slab of passages: rounds the query, finds its margin and its first threshold.
extern "C" __global__ void search_begin(const float* queries, int dim, half_bits* rounded, int stride, double* doubles,
                                        const SlabFacts* facts, int narrowed, int half_scores, int depth,
                                        QueryState* states, int* counts, int first) {
  __shared__ double partial[32];
  long long q = blockIdx.x;
  const float* values = queries + q * dim;
  double squares = 0;
  for (int i = threadIdx.x; i < dim; i += blockDim.x) {
    doubles[q * dim + i] = values[i];
    squares += (double)values[i] * values[i];
  }
  double norm = sqrt(block_sum(squares, partial));
  // The scaled scores stay below 2^14, and so do the query's values: both are within the halves' range.
  double largest = norm * fmax(1.0, (double)facts->norm);
  double scale = largest > 0 ? power_of_two(13 - exponent_of(largest)) : 1.0;
  double lost = 0;
  for (int i = threadIdx.x; i < stride; i += blockDim.x) {
    double value = i < dim ? values[i] * scale : 0.0;
    half_bits bits = float_to_half((float)value);
    rounded[q * stride + i] = bits;
    double difference = value - half_to_float(bits);
    lost += difference * difference;
  }
  lost = sqrt(block_sum(lost, partial));
  if (threadIdx.x == 0) {
    double product = (norm * scale + lost) * ((double)facts->norm + facts->residual);
    double rate = (dim + 64) * 0x1p-22 + 0x1p-20 + (half_scores ? 0x1p-11 + 0x1p-17 : 0.0);
    QueryState state = states[q];
    state.best = first ? 0 : state.best;
    state.factor = scale * passage_scale(facts, narrowed);
    state.margin = (float)(1.0001 * (lost * facts->norm + (norm * scale + lost) * facts->residual + rate * product
                                     + state.factor * 0x1p-149 + (half_scores ? 0x1p-24 : 0.0)));
    state.cut = state.best == depth ? (float)(state.least * state.factor) - state.margin : __uint_as_float(0xff800000u);
    states[q] = state;
    counts[q] = 0;
  }
}

// ---- the scan ----

// Looks through half-precision scores [queries, stride] of `rows` passages for what reaches the thresholds. Grid: (parts, queries).
extern "C" __global__ void search_filter(const half_bits* scores, int stride, int rows, int first_ordinal,
                                         const QueryState* states, sort_key* lists, int capacity, int* counts) {
  int query = blockIdx.y;
  float cut = states[query].cut;
  const half_bits* row = scores + (long long)query * stride;
  for (int i = (blockIdx.x * blockDim.x + threadIdx.x) * 8; i < rows; i += gridDim.x * blockDim.x * 8) {
    uint4 packed = *(const uint4*)(row + i);
    unsigned words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
    for (int j = 0; j < 8; j++) {
      float value = half_to_float((half_bits)(words[j / 2] >> 16 * (j % 2)));
      if (value >= cut && i + j < rows) {
        append(value, first_ordinal + i + j, query, lists, capacity, counts);
      }
    }
  }
}

extern __shared__ uint4 dynamic_shared[];

// 16 passages times 8 * BLOCKS queries over 32 dimensions, of which a lane has 8 of two passages.
template <int BLOCKS>
__device__ __forceinline__ void multiply_32(float (&sums)[BLOCKS][4], uint4 upper, uint4 lower, const half_bits* query,
                                            int shared_stride) {
#pragma unroll
  for (int b = 0; b < BLOCKS; b++) {
    uint4 q = *(const uint4*)(query + 8 * b * shared_stride);
    multiply_add(sums[b], upper.x, lower.x, upper.y, lower.y, q.x, q.y);
    multiply_add(sums[b], upper.z, lower.z, upper.w, lower.w, q.z, q.w);
  }
}

#define AHEAD 4  // times 32 dimensions of two passages, read before they are multiplied

// Few queries, as fast as memory gives the passages: a warp multiplies 16 passages at a time by up to 8 * BLOCKS queries,
// which lie in shared memory, and appends what reaches the thresholds; the passages go from memory to registers.
//
// A lane's 16 bytes are dimensions k + 8 t .. k + 8 t + 7 of its row (t = lane % 4). The instruction wants others of it,
// but a sum does not care which dimension is called first, as long as passages and queries agree.
// The queries' rows are 64 bytes longer or not, so that eight lanes read two rows without a bank conflict.
template <int BLOCKS>
__device__ __forceinline__ void scan_few(const half_bits* passages, int stride, int rows, int first_ordinal,
                                         const half_bits* queries, int query_count, const QueryState* states,
                                         sort_key* lists, int capacity, int* counts) {
  half_bits* shared = (half_bits*)dynamic_shared;
  int shared_stride = stride + (stride % 64 == 0 ? 32 : 0);
  int words = stride / 8;
  for (int i = threadIdx.x; i < 8 * BLOCKS * words; i += blockDim.x) {
    int query = i / words, at = i % words * 8;
    uint4 word = {0, 0, 0, 0};
    if (query < query_count) {
      word = *(const uint4*)(queries + query * stride + at);
    }
    *(uint4*)(shared + query * shared_stride + at) = word;
  }
  __syncthreads();
  int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  float cuts[BLOCKS][2];
#pragma unroll
  for (int b = 0; b < BLOCKS; b++) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      int query = 8 * b + 2 * t + i;
      cuts[b][i] = query < query_count ? states[query].cut : __uint_as_float(0x7f800000u);  // values are finite: none passes
    }
  }
  int warps = gridDim.x * (blockDim.x / 32);
  for (int group = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; group < (rows + 15) / 16; group += warps) {
    int row = group * 16 + g;
    const half_bits* upper = passages + (long long)min(row, rows - 1) * stride + 8 * t;
    const half_bits* lower = passages + (long long)min(row + 8, rows - 1) * stride + 8 * t;
    const half_bits* query = shared + g * shared_stride + 8 * t;
    float sums[BLOCKS][4] = {};
    int k = 0;
    for (; k + 32 * AHEAD <= stride; k += 32 * AHEAD) {
      uint4 u[AHEAD], l[AHEAD];  // all on their way before the first is used
#pragma unroll
      for (int i = 0; i < AHEAD; i++) {
        u[i] = *(const uint4*)(upper + k + 32 * i);
        l[i] = *(const uint4*)(lower + k + 32 * i);
      }
#pragma unroll
      for (int i = 0; i < AHEAD; i++) {
        multiply_32<BLOCKS>(sums, u[i], l[i], query + k + 32 * i, shared_stride);
      }
    }
    for (; k < stride; k += 32) {
      multiply_32<BLOCKS>(sums, *(const uint4*)(upper + k), *(const uint4*)(lower + k), query + k, shared_stride);
    }
#pragma unroll
    for (int b = 0; b < BLOCKS; b++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int passage = row + 8 * (i / 2);
        if (sums[b][i] >= cuts[b][i % 2] && passage < rows) {
          append(sums[b][i], first_ordinal + passage, 8 * b + 2 * t + i % 2, lists, capacity, counts);
        }
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256, 4)
search_few_8(const half_bits* passages, int stride, int rows, int first_ordinal, const half_bits* queries,
             int query_count, const QueryState* states, sort_key* lists, int capacity, int* counts) {
  scan_few<1>(passages, stride, rows, first_ordinal, queries, query_count, states, lists, capacity, counts);
}

extern "C" __global__ void __launch_bounds__(256, 3)
search_few_16(const half_bits* passages, int stride, int rows, int first_ordinal, const half_bits* queries,
              int query_count, const QueryState* states, sort_key* lists, int capacity, int* counts) {
  scan_few<2>(passages, stride, rows, first_ordinal, queries, query_count, states, lists, capacity, counts);
}

extern "C" __global__ void __launch_bounds__(256, 3)
search_few_32(const half_bits* passages, int stride, int rows, int first_ordinal, const half_bits* queries,
              int query_count, const QueryState* states, sort_key* lists, int capacity, int* counts) {
  scan_few<4>(passages, stride, rows, first_ordinal, queries, query_count, states, lists, capacity, counts);
}

// ---- selection: one block a query ----

// Shortens the lists that are longer than `limit` (all lists where `close` is 1) by dropping what can no longer be among
// the best; what is then still longer (or every list, on closing) is scored and joined to the best known.
extern "C" __global__ void search_compact(sort_key* lists, int capacity, int* counts, sort_key* bests, int depth,
                                          QueryState* states, const double* queries, int dim, const void* rows, int wide,
                                          int stride, int first_ordinal, int limit, int close) {
  __shared__ Selection shared;
  long long q = blockIdx.x;
  int count = counts[q];
  if (count <= limit && !close) {
    return;
  }
  sort_key* list = lists + q * capacity;
  sort_key* best = bests + q * depth;
  QueryState state = states[q];
  if (count > depth) {
    float kth = score_of(kth_largest(list, count, list, 0, depth, 32, shared));
    state.cut = fmaxf(state.cut, kth - 2 * state.margin);
    count = keep(list, count, list, (sort_key)sortable(state.cut) << 32, shared);
  }
  if (count > 0 && (close || count > limit)) {
    score(list, count, queries + q * dim, dim, rows, wide, stride, first_ordinal);
    if (state.best + count <= depth) {
      state.best += keep(list, count, best + state.best, 0, shared);
    } else {
      sort_key least = kth_largest(best, state.best, list, count, depth, 0, shared);
      int kept = keep(best, state.best, best, least, shared);
      state.best = kept + keep(list, count, best + kept, least, shared);
    }
    count = 0;
    if (state.best == depth) {
      if (threadIdx.x == 0) {
        shared.minimum = ~(sort_key)0;
      }
      __syncthreads();
      for (int i = threadIdx.x; i < depth; i += blockDim.x) {
        atomicMin(&shared.minimum, best[i]);
      }
      __syncthreads();
      state.least = score_of(shared.minimum);
      state.cut = fmaxf(state.cut, (float)(state.least * state.factor) - state.margin);
    }
  }
  if (threadIdx.x == 0) {
    counts[q] = count;
    states[q] = state;
  }
}

// The best in their order, as ordinals and scores [queries, depth]. `size` is the power of two that holds depth keys;
// they are sorted in shared memory, or in the list's own place where that is too small.
extern "C" __global__ void search_sort(sort_key* lists, int capacity, const sort_key* bests, int depth,
                                       const QueryState* states, int size, int in_shared, int* ordinals, float* scores) {
  long long q = blockIdx.x;
  sort_key* keys = in_shared ? (sort_key*)dynamic_shared : lists + q * capacity;
  int count = states[q].best;
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    keys[i] = i < count ? bests[q * depth + i] : 0;
  }
  __syncthreads();
  for (int length = 2; length <= size; length *= 2) {  // Batcher's bitonic sort
    for (int step = length / 2; step > 0; step /= 2) {
      for (int i = threadIdx.x; i < size / 2; i += blockDim.x) {
        int low = 2 * i - (i & (step - 1));
        sort_key a = keys[low], b = keys[low + step];
        if ((a < b) == ((low & length) == 0)) {
          keys[low] = b;
          keys[low + step] = a;
        }
      }
      __syncthreads();
    }
  }
  for (int i = threadIdx.x; i < count; i += blockDim.x) {
    ordinals[q * depth + i] = ordinal_of(keys[i]);
    scores[q * depth + i] = score_of(keys[i]);
  }
}
