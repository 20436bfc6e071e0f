// The gradient of attention.cu, on tensor cores, in two passes that compute the probabilities again
// (Dao et al. 2022, "FlashAttention", appendix B), so that each value of the result is summed by
// one warp in one order:
//
// - queryGradients: a block has TILE queries and walks over the keys twice; the first time for each
//   row's softmax and Σ_j P_j dP_j, then for dQ = dS K / √HEAD.
// - keyGradients: a block has TILE keys and walks over the queries for dV = (D ⊙ P)ᵀ dOut and
//   dK = dSᵀ Q / √HEAD.
//
// Here P = softmax(Q Kᵀ / √HEAD), D is the dropout mask, dP = D ⊙ (dOut Vᵀ) and dS = P ⊙ (dP -
// rowsum(dP ⊙ P)). Needs compute capability 8.0 and 16-bit storage.
#if __CUDA_ARCH__ >= 800 && !defined(STORAGE_FP32)
#include "attention_tiles.cuh"

constexpr int BLOCKS = SMALL_SHARED ? 2 : 3;  // at once on a multiprocessor, as its registers allow
constexpr int PART = 16;  // rows of a step taken at once: what these registers hold

// A warp's products of 16 rows with PART others. Element [j][i] is row lane / 4 + i / 2 * 8, column
// 8 j + lane % 4 * 2 + i % 2.
struct Block {
  float at[PART / 8][4];

  __device__ __forceinline__ void multiply(const uint32 (&left)[DEPTH][4], uint32 lane_of_rows,
                                           int row) {
#pragma unroll
    for (int j = 0; j < PART / 8; j += 2) {
      times_rows(at[j], at[j + 1], left, lane_of_rows, row + 8 * j);
    }
  }

  // d += this · (PART rows of a tile).
  __device__ __forceinline__ void add_product(float (&d)[PIECES][4], uint32 lane_of_tile,
                                              int row) const {
#pragma unroll
    for (int j = 0; j < PART / 8; j += 2) {
      uint32 left[4];
      to_left(left, at[j], at[j + 1]);
      add_times_tile(d, left, lane_of_tile, row + 8 * j);
    }
  }
};

__device__ __forceinline__ int column_of(int j, int i) {
  return 8 * j + (int)(threadIdx.x % WARP) % 4 * 2 + i % 2;
}

__device__ __forceinline__ void clear(float (&d)[PIECES][4]) {
#pragma unroll
  for (int c = 0; c < PIECES; c++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      d[c][i] = 0;
    }
  }
}

// Of a warp's 16 queries; index 0 is the accumulators' row lane / 4, 1 is that + 8.
struct Softmax {
  float max[2] = {-INFINITE, -INFINITE};  // of the scaled scores, as powers of 2
  float weight[2] = {0, 0};               // Σ_j 2^(s_j - max), this lane's part at first
  float mean[2] = {0, 0};  // Σ_j 2^(s_j - max) dP_j, this lane's part; at last Σ_j P_j dP_j
  float log[2];            // log2 Σ_j 2^s_j

  __device__ __forceinline__ void add(const Block& s, const Block& d, float scale) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
      float most = -INFINITE;
#pragma unroll
      for (int j = 0; j < PART / 8; j++) {
        most = fmaxf(most, fmaxf(s.at[j][2 * r], s.at[j][2 * r + 1]));
      }
      float before = max[r];
      max[r] = fmaxf(before, row_max(most) * scale);
      float shrink = exp2_fast(before - max[r]);
      weight[r] *= shrink;
      mean[r] *= shrink;
#pragma unroll
      for (int j = 0; j < PART / 8; j++) {
#pragma unroll
        for (int i = 2 * r; i < 2 * r + 2; i++) {
          float p = exp2_fast(s.at[j][i] * scale - max[r]);
          weight[r] += p;
          mean[r] += p * d.at[j][i];
        }
      }
    }
  }

  __device__ __forceinline__ void finish() {
#pragma unroll
    for (int r = 0; r < 2; r++) {
      float total = row_sum(weight[r]);
      mean[r] = row_sum(mean[r]) / total;
      log[r] = max[r] + log2f(total);
    }
  }
};

// A block's tiles in shared memory: its own rows of two matrices, and those it walks over.
struct Buffers {
  storage own[2][TILE * HEAD];
  storage a[2][STEP * HEAD];
  storage b[2][STEP * HEAD];
};

template <class DROPOUT>
__device__ __forceinline__ void to_queries(Buffers& buffers, const storage* qkv, const Tile& tile,
                                           int head, int heads, int tokens, const DROPOUT& dropout,
                                           float factor, const storage* dOut, float2* rows,
                                           storage* dQkv) {
  int width = heads * HEAD;
  int stride = 3 * width;
  int64 first = (int64)tile.first * stride + head * HEAD;
  const storage* from = qkv + first;
  int rest = tile.length - tile.start;
  Stream keys = {shared_address(buffers.a),
                 shared_address(buffers.b),
                 from + width,
                 from + 2 * width,
                 stride,
                 stride,
                 tile.length};
  uint32 own[2] = {shared_address(buffers.own[0]), shared_address(buffers.own[1])};
  copy_tile<TILE>(own[0], from + tile.start * stride, stride, rest);
  copy_tile<TILE>(own[1], dOut + (int64)(tile.first + tile.start) * width + head * HEAD, width,
                  rest);
  keys.start();

  int lane = threadIdx.x % WARP;
  int row = threadIdx.x / WARP * 16;
  int query = tile.start + row + lane / 4;
  bool works = row < rest;
  uint32 of_keys = lane_of_rows(keys.a);
  uint32 of_values = lane_of_rows(keys.b);
  uint32 of_key_tile = lane_of_tile(keys.a);
  uint32 q[DEPTH][4];
  uint32 g[DEPTH][4];
  float dQ[PIECES][4];
  clear(dQ);
  Softmax softmax;
  float scale = LOG2_E * rsqrtf(HEAD);
  for (int sweep = 0; sweep < 2; sweep++) {
    for (int step = 0; step < keys.steps(); step++) {
      keys.wait();
      if (works && sweep == 0 && step == 0) {
        load_left(q, own[0], row);
        load_left(g, own[1], row);
      }
      uint32 buffer = keys.buffer(step);
      int left = tile.length - step * STEP;
      for (int at = 0; works && at < STEP && at < left; at += PART) {
        Block s;
        Block d;
        s.multiply(q, of_keys + buffer, at);
        d.multiply(g, of_values + buffer, at);
#pragma unroll
        for (int j = 0; j < PART / 8; j++) {
#pragma unroll
          for (int i = 0; i < 4; i++) {
            int key = at + column_of(j, i);
            s.at[j][i] = key < left ? s.at[j][i] : -INFINITE;
            d.at[j][i] =
                dropout.keeps(query + i / 2 * 8, step * STEP + key) ? d.at[j][i] * factor : 0;
          }
        }
        if (sweep == 0) {
          softmax.add(s, d, scale);
        } else {
#pragma unroll
          for (int j = 0; j < PART / 8; j++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
              float p = exp2_fast(s.at[j][i] * scale - softmax.log[i / 2]);
              d.at[j][i] = p * (d.at[j][i] - softmax.mean[i / 2]);
            }
          }
          d.add_product(dQ, of_key_tile + buffer, at);
        }
      }
      keys.done(step);
    }
    if (sweep == 0) {
      softmax.finish();
      if (keys.steps() > 2) {  // else all keys are there still
        __syncthreads();
        keys.start();
      }
    }
  }
  if (works) {
    scale = rsqrtf(HEAD);
    store_rows(own[0], row, dQ, scale, scale, dQkv + first + tile.start * stride, stride, rest);
    rows += (int64)head * tokens + tile.first;
    if (lane % 4 == 0) {
#pragma unroll
      for (int r = 0; r < 2; r++) {
        if (query + 8 * r < tile.length) {
          rows[query + 8 * r] = {softmax.log[r], softmax.mean[r]};
        }
      }
    }
  }
}

template <class DROPOUT>
__device__ __forceinline__ void to_keys(Buffers& buffers, const storage* qkv, const Tile& tile,
                                        int head, int heads, int tokens, const DROPOUT& dropout,
                                        float factor, const storage* dOut, const float2* rows,
                                        storage* dQkv) {
  int width = heads * HEAD;
  int stride = 3 * width;
  int64 first = (int64)tile.first * stride + head * HEAD;
  const storage* from = qkv + first;
  int rest = tile.length - tile.start;
  Stream queries = {shared_address(buffers.a),
                    shared_address(buffers.b),
                    from,
                    dOut + (int64)tile.first * width + head * HEAD,
                    stride,
                    width,
                    tile.length};
  uint32 own[2] = {shared_address(buffers.own[0]), shared_address(buffers.own[1])};
  copy_tile<TILE>(own[0], from + width + tile.start * stride, stride, rest);
  copy_tile<TILE>(own[1], from + 2 * width + tile.start * stride, stride, rest);
  queries.start();
  rows += (int64)head * tokens + tile.first;

  int row = threadIdx.x / WARP * 16;
  int key = tile.start + row + threadIdx.x % WARP / 4;
  bool works = row < rest;
  uint32 of_queries = lane_of_rows(queries.a);
  uint32 of_gradients = lane_of_rows(queries.b);
  uint32 of_query_tile = lane_of_tile(queries.a);
  uint32 of_gradient_tile = lane_of_tile(queries.b);
  uint32 k[DEPTH][4];
  uint32 v[DEPTH][4];
  float dK[PIECES][4];
  float dV[PIECES][4];
  clear(dK);
  clear(dV);
  float scale = LOG2_E * rsqrtf(HEAD);
  for (int step = 0; step < queries.steps(); step++) {
    queries.wait();
    if (works && step == 0) {
      load_left(k, own[0], row);
      load_left(v, own[1], row);
    }
    uint32 buffer = queries.buffer(step);
    int left = tile.length - step * STEP;
    for (int at = 0; works && at < STEP && at < left; at += PART) {
      Block p;
      Block d;
      p.multiply(k, of_queries + buffer, at);
      d.multiply(v, of_gradients + buffer, at);
#pragma unroll
      for (int j = 0; j < PART / 8; j++) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
          int query = at + column_of(j, i);
          float2 softmax = query < left ? rows[step * STEP + query] : float2{INFINITE, 0};
#pragma unroll
          for (int r = i; r < 4; r += 2) {
            float probability = exp2_fast(p.at[j][r] * scale - softmax.x);
            bool kept = dropout.keeps(step * STEP + query, key + r / 2 * 8);
            d.at[j][r] = probability * ((kept ? d.at[j][r] * factor : 0) - softmax.y);
            p.at[j][r] = kept ? probability : 0;
          }
        }
      }
      p.add_product(dV, of_gradient_tile + buffer, at);
      d.add_product(dK, of_query_tile + buffer, at);
    }
    queries.done(step);
  }
  if (works) {
    scale = rsqrtf(HEAD);
    storage* to = dQkv + first + tile.start * stride;
    store_rows(own[0], row, dK, scale, scale, to + width, stride, rest);
    store_rows(own[1], row, dV, factor, factor, to + 2 * width, stride, rest);
  }
}

// Block x = tile · heads + head; qkv and dQkv [T, 3 heads HEAD], offsets [sequences + 1], dOut [T,
// heads HEAD]; rows [heads, T]: of each query's row of probabilities, log2 of the sum of
// exponentials and Σ_j P_j dP_j.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    queryGradients(const storage* qkv, const int* offsets, int sequences, int heads, int tokens,
                   const storage* dOut, float2* rows, storage* dQkv) {
  __shared__ __align__(128) Buffers buffers;
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  if (tile.start < tile.length) {
    to_queries(buffers, qkv, tile, blockIdx.x % heads, heads, tokens, NoDropout(), 1, dOut, rows,
               dQkv);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    queryGradientsDropout(const storage* qkv, const int* offsets, int sequences, int heads,
                          int tokens, const int64* keys, int site, int threshold, float factor,
                          const storage* dOut, float2* rows, storage* dQkv) {
  __shared__ __align__(128) Buffers buffers;
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  int head = blockIdx.x % heads;
  if (tile.start < tile.length) {
    to_queries(buffers, qkv, tile, head, heads, tokens, Dropout(keys, site, threshold, tile, head),
               factor, dOut, rows, dQkv);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    keyGradients(const storage* qkv, const int* offsets, int sequences, int heads, int tokens,
                 const storage* dOut, const float2* rows, storage* dQkv) {
  __shared__ __align__(128) Buffers buffers;
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  if (tile.start < tile.length) {
    to_keys(buffers, qkv, tile, blockIdx.x % heads, heads, tokens, NoDropout(), 1, dOut, rows,
            dQkv);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
    keyGradientsDropout(const storage* qkv, const int* offsets, int sequences, int heads,
                        int tokens, const int64* keys, int site, int threshold, float factor,
                        const storage* dOut, const float2* rows, storage* dQkv) {
  __shared__ __align__(128) Buffers buffers;
  Tile tile = find_tile(offsets, sequences, blockIdx.x / heads);
  int head = blockIdx.x % heads;
  if (tile.start < tile.length) {
    to_keys(buffers, qkv, tile, head, heads, tokens, Dropout(keys, site, threshold, tile, head),
            factor, dOut, rows, dQkv);
  }
}
#endif
