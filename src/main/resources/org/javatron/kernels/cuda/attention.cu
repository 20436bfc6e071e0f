// out = softmax(Q Kᵀ / √HEAD) V for every sequence and head, on tensor cores: a block takes TILE
// queries of one head of one sequence and walks over the keys, TILE at a time; scores and
// probabilities live in registers only, the softmax's maximum and sum are carried along (Milakov
// and Gimelshein 2018; Dao et al. 2022). A warp has 16 queries. Needs compute capability 8.0.
#if __CUDA_ARCH__ >= 800
#include "attention_tiles.cuh"

// One warp's 16 queries. Index 0 of a pair is the row lane / 4 of the accumulators, 1 is that + 8.
struct Queries {
  float sum[PIECES][4];                   // Σ_j exp(s_j - max) v_j
  float max[2] = {-INFINITE, -INFINITE};  // of the scores so far, not yet scaled
  float weight[2] = {0, 0};               // this lane's part of Σ_j exp(s_j - max)
};

// Takes up to TILE more keys. MASKED: only `left` of them are there, and steps of 16 without any
// are left out.
template <bool MASKED, class DROPOUT>
__device__ __forceinline__ void add_keys(Queries& q, const uint32 (&query)[DEPTH][4],
                                         const storage* keys, const storage* values, int left,
                                         float scale, const DROPOUT& dropout, int row, int key) {
  int lane = threadIdx.x % 32;
  float s[TILE / 8][4];
  float max[2] = {-INFINITE, -INFINITE};
#pragma unroll
  for (int j = 0; j < TILE / 8; j += 2) {
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
  for (int j = 0; j < TILE / 8; j += 2) {
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

// offset: of the head's first query; width: columns of all heads together.
template <class DROPOUT>
__device__ __forceinline__ void attend(const storage* qkv, const Tile& tile, int head, int width,
                                       const DROPOUT& dropout, float factor, storage* out) {
  __shared__ __align__(128) storage query[TILE_VALUES];
  __shared__ __align__(128) storage keys[2][TILE_VALUES];
  __shared__ __align__(128) storage values[2][TILE_VALUES];
  int stride = 3 * width;
  const storage* from = qkv + (int64)tile.first * stride + head * HEAD;
  int steps = (tile.length + TILE - 1) / TILE;
  copy_tile(query, from + tile.start * stride, stride, tile.length - tile.start);
  for (int step = 0; step < 2; step++) {
    if (step < steps) {
      copy_tile(keys[step], from + width + step * TILE * stride, stride, tile.length - step * TILE);
      copy_tile(values[step], from + 2 * width + step * TILE * stride, stride,
                tile.length - step * TILE);
    }
    commit_copies();
  }

  int row = threadIdx.x / 32 * 16;  // of the tile, the warp's first
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
  int asked = tile.start + row + threadIdx.x % 32 / 4;
  for (int step = 0; step < steps; step++) {
    wait_for_copies<1>();
    __syncthreads();
    const storage* k = keys[step % 2];
    const storage* v = values[step % 2];
    if (works) {
      if (step == 0) {
        load_left(left, query, row);
      }
      int there = tile.length - step * TILE;
      if (there >= TILE) {
        add_keys<false>(q, left, k, v, TILE, scale, dropout, asked, step * TILE);
      } else {
        add_keys<true>(q, left, k, v, there, scale, dropout, asked, step * TILE);
      }
    }
    if (step + 2 < steps) {
      __syncthreads();  // everybody is done with this half of the buffers
      copy_tile(keys[step % 2], from + width + (step + 2) * TILE * stride, stride,
                tile.length - (step + 2) * TILE);
      copy_tile(values[step % 2], from + 2 * width + (step + 2) * TILE * stride, stride,
                tile.length - (step + 2) * TILE);
    }
    commit_copies();
  }
  if (works) {
    storage* to = out + (int64)(tile.first + tile.start) * width + head * HEAD;
    store_rows(query, row, q.sum, factor / row_sum(q.weight[0]), factor / row_sum(q.weight[1]), to,
               width, tile.length - tile.start);
  }
}

// Block x = tile · heads + head; qkv [T, 3 heads HEAD], offsets [sequences + 1], out [T, heads
// HEAD].
extern "C" __global__ void __launch_bounds__(THREADS, 4)
    attention(const storage* qkv, const int* offsets, int sequences, int heads, storage* out) {
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  if (tile.start < tile.length) {
    attend(qkv, tile, blockIdx.x % heads, heads * HEAD, NoDropout(), 1, out);
  }
}

// With dropout of the probabilities: keys [sequences]; factor: of those that are kept.
extern "C" __global__ void __launch_bounds__(THREADS, 4)
    attentionDropout(const storage* qkv, const int* offsets, int sequences, int heads,
                     const int64* keys, int site, int threshold, float factor, storage* out) {
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  int head = blockIdx.x % heads;
  if (tile.start < tile.length) {
    attend(qkv, tile, head, heads * HEAD, Dropout(keys, site, threshold, tile, head), factor, out);
  }
}
#endif
