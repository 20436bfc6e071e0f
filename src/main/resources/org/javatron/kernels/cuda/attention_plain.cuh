// Attention and its gradients without tensor cores share this: a block has ROWS rows of one head of
// one sequence and walks over the sequence's rows, ROWS at a time; four lanes share a row: each has
// every fourth score of it and a quarter of its result's columns. Float32 throughout, between
// reading and writing.
#ifndef JAVATRON_ATTENTION_PLAIN
#define JAVATRON_ATTENTION_PLAIN
#include "attention.cuh"

static_assert(HEAD >= 1 && HEAD <= 128, "heads of 1 to 128 columns");

constexpr int COLUMNS = (HEAD + 15) / 16 * 16;  // with zeros behind a head's own
constexpr int ROWS = COLUMNS <= 64 ? 32 : 16;
constexpr int THREADS = 4 * ROWS;
constexpr int SCORES = ROWS / 4;     // of a lane
constexpr int QUADS = COLUMNS / 16;  // groups of four columns of a lane
constexpr int PITCH = COLUMNS + 4;   // rows begin in different banks

struct Rows {
  float4 at[ROWS * PITCH / 4];

  __device__ __forceinline__ const float4& quad(int row, int quad) const {
    return at[row * (PITCH / 4) + quad];
  }

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
    return __shfl_sync(FULL, scores[i], (int)(threadIdx.x % WARP / 4 * 4) + owner);
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
__device__ __forceinline__ void dots(float (&d)[SCORES], const Rows& own, const Rows& others,
                                     Lane lane) {
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
  __device__ __forceinline__ void add(const float (&scores)[SCORES], const Rows& others,
                                      Lane lane) {
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
      : tile(find_tile(offsets, sequences, blockIdx.x / heads)),
        head(blockIdx.x % heads),
        width(heads * HEAD),
        stride(3 * width) {
    start = tile.start + blockIdx.y * ROWS;
    rows =
        tile.length - start;  // that are left, none in a tile's last slices where a sequence ends
  }

  // A row of queries (part 0), keys (1) or values (2).
  __device__ __forceinline__ int64 at(int row, int part) const {
    return (int64)(tile.first + row) * stride + part * width + head * HEAD;
  }

  // A row of an array [T, width].
  __device__ __forceinline__ int64 at(int row) const {
    return (int64)(tile.first + row) * width + head * HEAD;
  }
};
#endif
