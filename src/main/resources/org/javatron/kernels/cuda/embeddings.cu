// What BERT reads, out[t] = LayerNorm(words[ids[t]] + positions[place of t] + types[0]), and the
// gradients of the tables. Tables and their gradients are float32.
#include "layernorm.cuh"

__device__ __forceinline__ row sum_of_tables(
    int t,
    const int* ids,
    const int* offsets,
    int sequences,
    const float* words,
    const float* positions,
    const float* types) {
  int place = t - offsets[sequence_of(offsets, sequences, t)];
  row s = load_row(words + (int64)ids[t] * HIDDEN);
  add_to(s, load_row(positions + (int64)place * HIDDEN));
  add_to(s, load_row(types));
  return s;
}

extern "C" __global__ void embeddings(
    const int* ids,
    const int* offsets,
    int sequences,
    const float* words,
    const float* positions,
    const float* types,
    const float* gamma,
    const float* beta,
    float eps,
    storage* out,
    int tokens) {
  int t = (blockIdx.x * blockDim.x + threadIdx.x) / WARP;
  if (t >= tokens) {
    return;
  }
  row s = sum_of_tables(t, ids, offsets, sequences, words, positions, types);
  layer_norm(s, gamma, beta, eps);
  store_row(out + (int64)t * HIDDEN, s);
}

// First half of the way back: the gradient of each token's sum, float32 [tokens, HIDDEN], and the
// partial sums for gamma and beta.
extern "C" __global__ void embeddingsBackward(
    const int* ids,
    const int* offsets,
    int sequences,
    const float* words,
    const float* positions,
    const float* types,
    const float* gamma,
    float eps,
    const storage* dOut,
    float* dSum,
    float* partial,
    int tokens) {
  int warps = gridDim.x * blockDim.x / WARP;
  row gammaSum = row_of_zeros();
  row betaSum = row_of_zeros();
  for (int t = (blockIdx.x * blockDim.x + threadIdx.x) / WARP; t < tokens; t += warps) {
    row s = sum_of_tables(t, ids, offsets, sequences, words, positions, types);
    row d = load_row(dOut + (int64)t * HIDDEN);
    layer_norm_gradient(s, d, gamma, eps, gammaSum, betaSum);
    store_row(dSum + (int64)t * HIDDEN, d);
  }
  write_sums(gammaSum, betaSum, partial);
}

// Second half, positions: dPositions[p] is the sum over the sequences longer than p, in their order.
// One block a position; rows that no sequence reaches become 0.
extern "C" __global__ void positionsBackward(
    const float* dSum, const int* offsets, int sequences, float* dPositions) {
  int p = blockIdx.x;
  for (int i = threadIdx.x; i < HIDDEN; i += blockDim.x) {
    float sum = 0;
#pragma unroll 8
    for (int b = 0; b < sequences; b++) {
      int t = offsets[b] + p;
      sum += t < offsets[b + 1] ? dSum[(int64)t * HIDDEN + i] : 0;
    }
    dPositions[(int64)p * HIDDEN + i] = sum;
  }
}

// How many of so many ascending keys are below a key.
__device__ __forceinline__ int count_below(const uint64* keys, int count, uint64 key) {
  int low = 0;
  int high = count;
  while (low < high) {
    int middle = (low + high) / 2;
    if (keys[middle] < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Where the key at i comes when its run of ascending keys and the neighbouring one become one: behind
// those before it in its own run and those below it in the other. No two keys are equal; run is a
// power of two.
__device__ __forceinline__ int merged_place(const uint64* keys, int count, int run, int i) {
  int own = i & -run;
  int other = own ^ run;
  int there = max(0, min(run, count - other));
  return min(own, other) + i - own + count_below(keys + other, there, keys[i]);
}

#define SORTED 1024

// Second half, words, first step: the tokens' keys, the word before the token's number, so that
// ascending keys are the tokens by word, and in their order where the word is the same. Here each
// block of SORTED threads sorts as many.
extern "C" __global__ void __launch_bounds__(SORTED)
    sortWords(const int* ids, int tokens, uint64* sorted) {
  __shared__ uint64 keys[2][SORTED];
  int i = threadIdx.x;
  int first = blockIdx.x * SORTED;
  int count = min(SORTED, tokens - first);
  int now = 0;
  if (i < count) {
    keys[now][i] = (uint64)ids[first + i] << 32 | (uint32)(first + i);
  }
  __syncthreads();
  for (int run = 1; run < count; run *= 2) {
    if (i < count) {
      keys[1 - now][merged_place(keys[now], count, run, i)] = keys[now][i];
    }
    now = 1 - now;
    __syncthreads();
  }
  if (i < count) {
    sorted[first + i] = keys[now][i];
  }
}

// Second step, until one run is left: of two neighbouring runs one.
extern "C" __global__ void mergeWords(const uint64* keys, int tokens, int run, uint64* merged) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < tokens) {
    merged[merged_place(keys, tokens, run, i)] = keys[i];
  }
}

// Last step: dWords[w] is the sum over the tokens that are w, in their order; dWords must hold zeros.
// One block a key: that of a word's first token adds them all up, the others end. So no two blocks
// write the same row, and nothing depends on which is first.
extern "C" __global__ void wordsBackward(
    const float* dSum, const uint64* sorted, int tokens, float* dWords) {
  int first = blockIdx.x;
  uint64 word = sorted[first] >> 32;
  if (first > 0 && sorted[first - 1] >> 32 == word) {
    return;
  }
  int last = first + count_below(sorted + first, tokens - first, (word + 1) << 32);
  for (int i = 8 * threadIdx.x; i < HIDDEN; i += 8 * blockDim.x) {
    eight sum = {};
#pragma unroll 4
    for (int k = first; k < last; k++) {
      eight y = load8(dSum + (int64)(uint32)sorted[k] * HIDDEN + i);
#pragma unroll
      for (int j = 0; j < 8; j++) {
        sum.v[j] += y.v[j];
      }
    }
    store8(dWords + (int64)word * HIDDEN + i, sum);
  }
}
