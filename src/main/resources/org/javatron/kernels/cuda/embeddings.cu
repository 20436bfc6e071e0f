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

#define WORD_THREADS 128
#define LISTED 1024

// Second half, words: dWords[w] is the sum over the tokens that are w, in their order; dWords must
// hold zeros. One block a token: the one of a word's first token finds all the others and adds them
// up, the rest end. That compares each token with all before it, but integers are compared fast, and
// no two blocks write the same row, so nothing depends on which is first.
extern "C" __global__ void wordsBackward(
    const float* dSum, const int* ids, int tokens, float* dWords) {
  __shared__ int list[LISTED];
  __shared__ int counts[WORD_THREADS / WARP];
  int first = blockIdx.x;
  int id = ids[first];
  int seen = 0;
  for (int t = threadIdx.x; t < first; t += WORD_THREADS) {
    seen |= ids[t] == id;
  }
  if (__syncthreads_or(seen)) {
    return;
  }
  float sum[(HIDDEN + WORD_THREADS - 1) / WORD_THREADS] = {};
  int warp = threadIdx.x / WARP;
  int listed = 0;
  for (int from = first; from < tokens; from += WORD_THREADS) {
    // Every thread looks at one token; those that match go into the list in their order.
    int t = from + threadIdx.x;
    int match = t < tokens && ids[t] == id;
    uint32 matches = __ballot_sync(FULL, match);
    if (threadIdx.x % WARP == 0) {
      counts[warp] = __popc(matches);
    }
    __syncthreads();
    int at = listed + __popc(matches & ((1u << (threadIdx.x % WARP)) - 1));
    int all = 0;
    for (int w = 0; w < WORD_THREADS / WARP; w++) {
      at += w < warp ? counts[w] : 0;
      all += counts[w];
    }
    if (match) {
      list[at] = t;
    }
    listed += all;
    __syncthreads();
    if (listed > LISTED - WORD_THREADS || from + WORD_THREADS >= tokens) {
#pragma unroll
      for (int j = 0; j < (HIDDEN + WORD_THREADS - 1) / WORD_THREADS; j++) {
        int i = threadIdx.x + j * WORD_THREADS;
        if (i < HIDDEN) {
#pragma unroll 8
          for (int k = 0; k < listed; k++) {
            sum[j] += dSum[(int64)list[k] * HIDDEN + i];
          }
        }
      }
      listed = 0;
      __syncthreads();
    }
  }
#pragma unroll
  for (int j = 0; j < (HIDDEN + WORD_THREADS - 1) / WORD_THREADS; j++) {
    int i = threadIdx.x + j * WORD_THREADS;
    if (i < HIDDEN) {
      dWords[(int64)id * HIDDEN + i] = sum[j];
    }
  }
}
