// out = softmax(Q Kᵀ / √HEAD) V for every sequence and head, on tensor cores: a block takes TILE
// queries of one head of one sequence and walks over the keys, STEP at a time; scores and
// probabilities live in registers only, the softmax's maximum and sum are carried along (Milakov
// and Gimelshein 2018; Dao et al. 2022). A warp has 16 queries. Needs compute capability 8.0 and
// 16-bit storage.
#if __CUDA_ARCH__ >= 800 && !defined(STORAGE_FP32)
#include "attention_tiles.cuh"

constexpr int BLOCKS = SMALL_SHARED ? 2 : 4;  // at once on a multiprocessor, as its memory allows
constexpr int PART = 32;                      // keys taken at once: what a thread's registers hold

// One warp's 16 queries. Index 0 of a pair is the row lane / 4 of the accumulators, 1 is that + 8.
struct Queries {
  float sum[PIECES][4];                   // Σ_j exp(s_j - max) v_j
  float max[2] = {-INFINITE, -INFINITE};  // of the scores so far, not yet scaled
  float weight[2] = {0, 0};               // this lane's part of Σ_j exp(s_j - max)
};

// Takes up to PART more keys. MASKED: only `left` of them are there, and steps of 16 without any
// are left out.
template <bool MASKED, class DROPOUT>
__device__ __forceinline__ void add_keys(Queries& q, const uint32 (&query)[DEPTH][4], uint32 keys,
                                         uint32 values, int left, float scale,
                                         const DROPOUT& dropout, int row, int key) {
  int lane = threadIdx.x % WARP;
  float s[PART / 8][4];
  float max[2] = {-INFINITE, -INFINITE};
#pragma unroll
  for (int j = 0; j < PART / 8; j += 2) {
    if (!MASKED || 8 * j < left) {
      times_rows(s[j], s[j + 1], query, keys, 8 * j);
#pragma unroll
      for (int i = 0; i < 8; i++) {
        float& score = s[j + i / 4][i % 4];
        if (MASKED && 8 * (j + i / 4) + lane % 4 * 2 + i % 2 >= left) {
          score = -INFINITE;
        }
        max[i / 2 % 2] = fmaxf(max[i / 2 % 2], score);
      }
    }
  }
  float least[2];
#pragma unroll
  for (int r = 0; r < 2; r++) {
    float before = q.max[r];
    q.max[r] = fmaxf(before, row_max(max[r]));
    least[r] = q.max[r] * scale;
    float shrink = exp2_fast(before * scale - least[r]);
    q.weight[r] *= shrink;
#pragma unroll
    for (int c = 0; c < PIECES; c++) {
      q.sum[c][2 * r] *= shrink;
      q.sum[c][2 * r + 1] *= shrink;
    }
  }
#pragma unroll
  for (int j = 0; j < PART / 8; j += 2) {
    if (!MASKED || 8 * j < left) {
#pragma unroll
      for (int i = 0; i < 8; i++) {
        float& p = s[j + i / 4][i % 4];
        int r = i / 2 % 2;
        p = exp2_fast(p * scale - least[r]);
        q.weight[r] += p;
        if (!dropout.keeps(row + 8 * r, key + 8 * (j + i / 4) + lane % 4 * 2 + i % 2)) {
          p = 0;
        }
      }
      uint32 left16[4];
      to_left(left16, s[j], s[j + 1]);
      add_times_tile(q.sum, left16, values, 8 * j);
    }
  }
}

// A block's tiles in shared memory: keys and values in two buffers that are filled in turn.
struct Buffers {
  storage query[TILE * HEAD];
  storage keys[2][STEP * HEAD];
  storage values[2][STEP * HEAD];
};

template <class DROPOUT>
__device__ __forceinline__ void attend(Buffers& buffers, const storage* qkv, const Tile& tile,
                                       int head, int width, const DROPOUT& dropout, float factor,
                                       storage* out) {
  int stride = 3 * width;
  const storage* from = qkv + (int64)tile.first * stride + head * HEAD;
  uint32 query = shared_address(buffers.query);
  Stream stream = {shared_address(buffers.keys),
                   shared_address(buffers.values),
                   from + width,
                   from + 2 * width,
                   stride,
                   stride,
                   tile.length};
  copy_tile<TILE>(query, from + tile.start * stride, stride, tile.length - tile.start);
  stream.start();

  int row = threadIdx.x / WARP * 16;  // of the tile, the warp's first
  bool works = tile.start + row < tile.length;
  uint32 left[DEPTH][4];
  Queries q;
#pragma unroll
  for (int c = 0; c < PIECES; c++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      q.sum[c][i] = 0;
    }
  }
  float scale = LOG2_E * rsqrtf(HEAD);
  int asked = tile.start + row + threadIdx.x % WARP / 4;
  uint32 of_keys = lane_of_rows(stream.a);
  uint32 of_values = lane_of_tile(stream.b);
  for (int step = 0; step < stream.steps(); step++) {
    stream.wait();
    if (works) {
      if (step == 0) {
        load_left(left, query, row);
      }
      uint32 buffer = stream.buffer(step);
      int there = min(STEP, tile.length - step * STEP);
#pragma unroll 1
      for (int at = 0; at < there; at += PART) {
        uint32 k = of_keys + buffer + at * ROW_BYTES;
        uint32 v = of_values + buffer + at * ROW_BYTES;
        int key = step * STEP + at;
        if (there - at >= PART) {
          add_keys<false>(q, left, k, v, PART, scale, dropout, asked, key);
        } else {
          add_keys<true>(q, left, k, v, there - at, scale, dropout, asked, key);
        }
      }
    }
    stream.done(step);
  }
  if (works) {
    storage* to = out + (int64)(tile.first + tile.start) * width + head * HEAD;
    store_rows(query, row, q.sum, factor / row_sum(q.weight[0]), factor / row_sum(q.weight[1]), to,
               width, tile.length - tile.start);
  }
}

// Block x = tile · heads + head; qkv [T, 3 heads HEAD], offsets [sequences + 1], out [T, heads
// HEAD].
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    attention(const storage* qkv, const int* offsets, int sequences, int heads, storage* out) {
  __shared__ __align__(128) Buffers buffers;
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  if (tile.start < tile.length) {
    attend(buffers, qkv, tile, blockIdx.x % heads, heads * HEAD, NoDropout(), 1, out);
  }
}

// With dropout of the probabilities: keys [sequences]; factor: of those that are kept.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    attentionDropout(const storage* qkv, const int* offsets, int sequences, int heads,
                     const int64* keys, int site, int threshold, float factor, storage* out) {
  __shared__ __align__(128) Buffers buffers;
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  int head = blockIdx.x % heads;
  if (tile.start < tile.length) {
    attend(buffers, qkv, tile, head, heads * HEAD, Dropout(keys, site, threshold, tile, head),
           factor, out);
  }
}
#endif
