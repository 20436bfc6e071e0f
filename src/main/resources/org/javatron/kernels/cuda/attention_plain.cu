// Attention and its gradients without tensor cores, for every storage type, GPU and head of up to 128 columns: the readable form of attention.cu and
// attention_backward.cu, in float32 throughout. A block has ROWS rows of one head of one sequence and walks over the sequence's rows, ROWS at a time;
// four lanes share a row: each has every fourth score of it and a quarter of its result's columns.
#include "attention.cuh"

static_assert(HEAD >= 1 && HEAD <= 128, "heads of 1 to 128 columns");

constexpr int COLUMNS = (HEAD + 15) / 16 * 16;  // with zeros behind a head's own
constexpr int ROWS = COLUMNS <= 64 ? 32 : 16;
constexpr int THREADS = 4 * ROWS;
constexpr int SCORES = ROWS / 4;                // of a lane
constexpr int QUADS = COLUMNS / 16;             // groups of four columns of a lane
constexpr int PITCH = COLUMNS + 4;              // rows begin in different banks

struct Rows {
  float4 at[ROWS * PITCH / 4];

  __device__ __forceinline__ const float4& quad(int row, int quad) const { return at[row * (PITCH / 4) + quad]; }

  // Reads rows of a matrix with `stride` values a row; rows from `there` on become 0.
  __device__ __forceinline__ void read(const storage* from, int stride, int there) {
    float* to = reinterpret_cast<float*>(at);
    for (int i = threadIdx.x; i < ROWS * COLUMNS; i += THREADS) {
      int row = i / COLUMNS;
      int column = i % COLUMNS;
      bool inside = row < there && column < HEAD;
      to[row * PITCH + column] = inside ? to_float(from[(int64)row * stride + column]) : 0;
    }
  }
};

// A lane's place in the block.
struct Lane {
  int row = threadIdx.x / 4;
  int part = threadIdx.x % 4;

  __device__ __forceinline__ int other(int i) const { return 4 * i + part; }

  // Score i of this lane's row, from the lane that has it.
  __device__ __forceinline__ float score(const float (&scores)[SCORES], int i, int owner) const {
    return __shfl_sync(FULL, scores[i], (int)(threadIdx.x % 32 / 4 * 4) + owner);
  }
};

__device__ __forceinline__ float sum_of_row(float x) {
  x += __shfl_xor_sync(FULL, x, 1);
  return x + __shfl_xor_sync(FULL, x, 2);
}

__device__ __forceinline__ float max_of_row(float x) {
  x = fmaxf(x, __shfl_xor_sync(FULL, x, 1));
  return fmaxf(x, __shfl_xor_sync(FULL, x, 2));
}

// The lane's products of its row with the other rows.
__device__ __forceinline__ void dots(float (&d)[SCORES], const Rows& own, const Rows& others, Lane lane) {
#pragma unroll
  for (int i = 0; i < SCORES; i++) {
    d[i] = 0;
  }
#pragma unroll 4
  for (int k = 0; k < COLUMNS / 4; k++) {
    float4 a = own.quad(lane.row, k);
#pragma unroll
    for (int i = 0; i < SCORES; i++) {
      float4 b = others.quad(lane.other(i), k);
      d[i] += a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
    }
  }
}

// A quarter of a row's columns.
struct Sum {
  float4 quad[QUADS];

  __device__ __forceinline__ Sum() {
#pragma unroll
    for (int i = 0; i < QUADS; i++) {
      quad[i] = {0, 0, 0, 0};
    }
  }

  __device__ __forceinline__ void scale(float factor) {
#pragma unroll
    for (int i = 0; i < QUADS; i++) {
      quad[i].x *= factor;
      quad[i].y *= factor;
      quad[i].z *= factor;
      quad[i].w *= factor;
    }
  }

  // Adds the other rows, weighed by the row's scores.
  __device__ __forceinline__ void add(const float (&scores)[SCORES], const Rows& others, Lane lane) {
#pragma unroll
    for (int j = 0; j < SCORES; j++) {
#pragma unroll
      for (int owner = 0; owner < 4; owner++) {
        float weight = lane.score(scores, j, owner);
#pragma unroll
        for (int i = 0; i < QUADS; i++) {
          float4 b = others.quad(4 * j + owner, lane.other(i));
          quad[i].x += weight * b.x;
          quad[i].y += weight * b.y;
          quad[i].z += weight * b.z;
          quad[i].w += weight * b.w;
        }
      }
    }
  }

  // Writes the lane's quarter of a row.
  __device__ __forceinline__ void write(storage* row, float factor, Lane lane) const {
#pragma unroll
    for (int i = 0; i < QUADS; i++) {
      float values[4] = {quad[i].x, quad[i].y, quad[i].z, quad[i].w};
#pragma unroll
      for (int j = 0; j < 4; j++) {
        int column = 4 * lane.other(i) + j;
        if (column < HEAD) {
          row[column] = from_float<storage>(values[j] * factor);
        }
      }
    }
  }
};

// Where a block works.
struct Place {
  Tile tile;
  int head, width, stride, start, rows;

  __device__ __forceinline__ Place(const int* offsets, int sequences, int heads)
      : tile(find_tile(offsets, sequences, blockIdx.x / heads)), head(blockIdx.x % heads), width(heads * HEAD), stride(3 * width) {
    start = tile.start + blockIdx.y * ROWS;
    rows = tile.length - start;  // that are left, none in a tile's last slices where a sequence ends
  }

  // A row of queries (part 0), keys (1) or values (2).
  __device__ __forceinline__ int64 at(int row, int part) const {
    return (int64)(tile.first + row) * stride + part * width + head * HEAD;
  }

  // A row of an array [T, width].
  __device__ __forceinline__ int64 at(int row) const { return (int64)(tile.first + row) * width + head * HEAD; }
};

// out = softmax(Q Kᵀ / √HEAD) V. Block x = tile · heads + head, y = slice of the tile. Threshold 0 drops nothing, keys may then be null.
extern "C" __global__ void __launch_bounds__(THREADS)
    plainAttention(const storage* qkv, const int* offsets, int sequences, int heads, const int64* keys, int site, int threshold, float factor, storage* out) {
  __shared__ Rows queries, others;
  Place place(offsets, sequences, heads);
  if (place.rows <= 0) {
    return;
  }
  Dropout dropout(keys, site, threshold, place.tile, place.head);
  Lane lane;
  queries.read(qkv + place.at(place.start, 0), place.stride, place.rows);
  float scale = LOG2_E * rsqrtf(HEAD);
  float max = -INFINITE;
  float weight = 0;
  Sum sum;
  for (int key = 0; key < place.tile.length; key += ROWS) {
    int there = place.tile.length - key;
    __syncthreads();
    others.read(qkv + place.at(key, 1), place.stride, there);
    __syncthreads();
    float p[SCORES];
    dots(p, queries, others, lane);
    float before = max;
#pragma unroll
    for (int i = 0; i < SCORES; i++) {
      p[i] = lane.other(i) < there ? p[i] * scale : -INFINITE;
      max = fmaxf(max, p[i]);
    }
    max = max_of_row(max);
    float shrink = exp2f(before - max);
    weight *= shrink;
    sum.scale(shrink);
#pragma unroll
    for (int i = 0; i < SCORES; i++) {
      p[i] = exp2f(p[i] - max);
      weight += p[i];
      p[i] = dropout.keeps(place.start + lane.row, key + lane.other(i)) ? p[i] : 0;
    }
    __syncthreads();
    others.read(qkv + place.at(key, 2), place.stride, there);
    __syncthreads();
    sum.add(p, others, lane);
  }
  weight = sum_of_row(weight);
  if (lane.row < place.rows) {
    sum.write(out + place.at(place.start + lane.row), factor / weight, lane);
  }
}

// First pass of the gradient: dQ, and for every query and head what the second pass needs of its row of probabilities: rows[head · T + row] = (log2 of the
// sum of exponentials, Σ_j P_j dP_j).
extern "C" __global__ void __launch_bounds__(THREADS) plainQueryGradients(
    const storage* qkv, const int* offsets, int sequences, int heads, int tokens, const int64* keys, int site, int threshold, float factor, const storage* dOut,
    float2* rows, storage* dQkv) {
  __shared__ Rows queries, gradients, ks, vs;
  Place place(offsets, sequences, heads);
  if (place.rows <= 0) {
    return;
  }
  Dropout dropout(keys, site, threshold, place.tile, place.head);
  Lane lane;
  queries.read(qkv + place.at(place.start, 0), place.stride, place.rows);
  gradients.read(dOut + place.at(place.start), place.width, place.rows);
  float scale = LOG2_E * rsqrtf(HEAD);
  float max = -INFINITE;
  float weight = 0;
  float mean = 0;  // Σ_j P_j dP_j, to be divided by the weight
  Sum sum;
  for (int sweep = 0; sweep < 2; sweep++) {
    for (int key = 0; key < place.tile.length; key += ROWS) {
      int there = place.tile.length - key;
      __syncthreads();
      ks.read(qkv + place.at(key, 1), place.stride, there);
      vs.read(qkv + place.at(key, 2), place.stride, there);
      __syncthreads();
      float p[SCORES];
      float d[SCORES];
      dots(p, queries, ks, lane);
      dots(d, gradients, vs, lane);
      float before = max;
#pragma unroll
      for (int i = 0; i < SCORES; i++) {
        bool kept = dropout.keeps(place.start + lane.row, key + lane.other(i));
        d[i] = kept ? d[i] * factor : 0;
        p[i] = lane.other(i) < there ? p[i] * scale : -INFINITE;
        max = fmaxf(max, p[i]);
      }
      if (sweep == 0) {
        max = max_of_row(max);
        float shrink = exp2f(before - max);
        weight *= shrink;
        mean *= shrink;
#pragma unroll
        for (int i = 0; i < SCORES; i++) {
          p[i] = exp2f(p[i] - max);
          weight += p[i];
          mean += p[i] * d[i];
        }
      } else {
#pragma unroll
        for (int i = 0; i < SCORES; i++) {
          d[i] = exp2f(p[i] - max) * weight * (d[i] - mean);
        }
        sum.add(d, ks, lane);
      }
    }
    if (sweep == 0) {
      float total = sum_of_row(weight);
      mean = sum_of_row(mean) / total;
      weight = 1 / total;
    }
  }
  if (lane.row < place.rows) {
    sum.write(dQkv + place.at(place.start + lane.row, 0), rsqrtf(HEAD), lane);
    if (lane.part == 0) {
      rows[(int64)place.head * tokens + place.tile.first + place.start + lane.row] = {max - log2f(weight), mean};
    }
  }
}

// Second pass of the gradient: dK and dV of a block's keys, from all queries in order.
extern "C" __global__ void __launch_bounds__(THREADS) plainKeyGradients(
    const storage* qkv, const int* offsets, int sequences, int heads, int tokens, const int64* keys, int site, int threshold, float factor, const storage* dOut,
    const float2* rows, storage* dQkv) {
  __shared__ Rows ks, vs, queries, gradients;
  Place place(offsets, sequences, heads);
  if (place.rows <= 0) {
    return;
  }
  Dropout dropout(keys, site, threshold, place.tile, place.head);
  Lane lane;
  ks.read(qkv + place.at(place.start, 1), place.stride, place.rows);
  vs.read(qkv + place.at(place.start, 2), place.stride, place.rows);
  rows += (int64)place.head * tokens + place.tile.first;
  float scale = LOG2_E * rsqrtf(HEAD);
  Sum dK;
  Sum dV;
  for (int query = 0; query < place.tile.length; query += ROWS) {
    int there = place.tile.length - query;
    __syncthreads();
    queries.read(qkv + place.at(query, 0), place.stride, there);
    gradients.read(dOut + place.at(query), place.width, there);
    __syncthreads();
    float p[SCORES];
    float d[SCORES];
    dots(p, ks, queries, lane);
    dots(d, vs, gradients, lane);
#pragma unroll
    for (int i = 0; i < SCORES; i++) {
      int other = lane.other(i);
      float2 row = other < there ? rows[query + other] : float2{INFINITE, 0};
      float kept = dropout.keeps(query + other, place.start + lane.row) ? factor : 0;
      float probability = exp2f(p[i] * scale - row.x);
      d[i] = probability * (d[i] * kept - row.y);
      p[i] = probability * kept;
    }
    dV.add(p, gradients, lane);
    dK.add(d, queries, lane);
  }
  if (lane.row < place.rows) {
    dK.write(dQkv + place.at(place.start + lane.row, 1), rsqrtf(HEAD), lane);
    dV.write(dQkv + place.at(place.start + lane.row, 2), 1, lane);
  }
}
