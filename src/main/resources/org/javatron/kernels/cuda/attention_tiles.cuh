// Tiles of rows by HEAD columns in shared memory for tensor cores, in pieces of 16 bytes, known by
// their address there, a multiple of 128. A row's pieces are permuted so that the eight rows of an
// 8x8 matrix lie in different banks; a step of two pieces along a row flips one bit of an address.
#ifndef JAVATRON_ATTENTION_TILES
#define JAVATRON_ATTENTION_TILES
#include "attention.cuh"
#include "mma.cuh"

static_assert(HEAD == 32 || HEAD == 64, "tensor cores serve heads of 32 and 64 columns");

// Multiprocessors of 100 KB, a third or half of what those for computing centres have.
constexpr bool SMALL_SHARED = __CUDA_ARCH__ == 860 || __CUDA_ARCH__ == 890 || __CUDA_ARCH__ >= 1200;
constexpr int THREADS = 2 * TILE;  // a warp for 16 rows
constexpr int STEP = 64;           // rows that all warps look at together
constexpr int PIECES = HEAD / 8;   // of 8 values, in a row
constexpr int DEPTH = HEAD / 16;   // steps of a product over a head's columns
constexpr int ROW_BYTES = 2 * HEAD;

__device__ __forceinline__ uint32 place(int row, int piece) {
  int turn = (PIECES == 8 ? row : row / 2) % PIECES;
  return row * ROW_BYTES + (piece ^ turn) * 16;
}

// Starts copying ROWS rows of a matrix with `stride` values a row; from `rows` on they become 0.
template <int ROWS>
__device__ __forceinline__ void copy_tile(uint32 tile, const storage* from, int stride, int rows) {
  constexpr int AT_ONCE = THREADS / PIECES;  // rows; a multiple of 8, so that turns stay
  uint32 row = threadIdx.x / PIECES;
  uint32 piece = threadIdx.x % PIECES;
  uint32 to = tile + place(row, piece);
  from += piece * 8;
#pragma unroll
  for (int i = 0; i < ROWS; i += AT_ONCE) {
    int next = row + i;
    if (ROWS % AT_ONCE == 0 || next < ROWS) {
      copy_async(to + i * ROW_BYTES, from + min(next, rows - 1) * stride, next < rows);
    }
  }
}

// The rows of two matrices, STEP at a time, in two buffers each that are filled in turn: while one
// is read, the next step's rows are on their way to the other.
struct Stream {
  uint32 a, b;  // first buffers, the second ones follow
  const storage *from_a, *from_b;
  int stride_a, stride_b, rows;

  __device__ __forceinline__ int steps() const { return (rows + STEP - 1) / STEP; }

  // Where a step's rows are, behind the first buffer.
  __device__ __forceinline__ uint32 buffer(int step) const { return step % 2 * (STEP * ROW_BYTES); }

  __device__ __forceinline__ void start(int step) const {
    int first = step * STEP;
    if (first < rows) {
      copy_tile<STEP>(a + buffer(step), from_a + first * stride_a, stride_a, rows - first);
      copy_tile<STEP>(b + buffer(step), from_b + first * stride_b, stride_b, rows - first);
    }
    commit_copies();
  }

  __device__ __forceinline__ void start() const {
    start(0);
    start(1);
  }

  // Waits for a step's rows and for whatever was to be copied before.
  __device__ __forceinline__ void wait() const {
    wait_for_copies<1>();
    __syncthreads();
  }

  // When this warp is done with a step.
  __device__ __forceinline__ void done(int step) const {
    if ((step + 2) * STEP < rows) {
      __syncthreads();
    }
    start(step + 2);
  }
};

// 16 rows of a tile as left factor, a register quadruple for every 16 columns.
__device__ __forceinline__ void load_left(uint32 (&a)[DEPTH][4], uint32 tile, int row) {
  int lane = threadIdx.x % WARP;
  uint32 at = tile + place(row + lane % 16, lane / 16);
#pragma unroll
  for (int k = 0; k < DEPTH; k++) {
    load_matrices(a[k], at ^ 32 * k);
  }
}

// What this lane reads of a tile as right factor in times_rows, if `row` is 0.
__device__ __forceinline__ uint32 lane_of_rows(uint32 tile) {
  int lane = threadIdx.x % WARP;
  return tile + place(lane / 16 * 8 + lane % 8, lane / 8 % 2);
}

// d[16][16] = left · (16 rows of a tile)ᵀ, as two accumulators of 8 columns; row: a multiple of 16.
__device__ __forceinline__ void times_rows(float (&d0)[4], float (&d1)[4],
                                           const uint32 (&left)[DEPTH][4], uint32 lane_of_rows,
                                           int row) {
#pragma unroll
  for (int i = 0; i < 4; i++) {
    d0[i] = d1[i] = 0;
  }
#pragma unroll
  for (int k = 0; k < DEPTH; k++) {
    uint32 b[4];
    load_matrices(b, (lane_of_rows ^ 32 * k) + row * ROW_BYTES);
    multiply_add(d0, left[k], b[0], b[1]);
    multiply_add(d1, left[k], b[2], b[3]);
  }
}

// What this lane reads of a tile as right factor in add_times_tile, if `row` is 0.
__device__ __forceinline__ uint32 lane_of_tile(uint32 tile) {
  int lane = threadIdx.x % WARP;
  return tile + place(lane % 16, lane / 16);
}

// d[16][HEAD] += left[16][16] · (16 rows of a tile); row: a multiple of 16.
__device__ __forceinline__ void add_times_tile(float (&d)[PIECES][4], const uint32 (&left)[4],
                                               uint32 lane_of_tile, int row) {
#pragma unroll
  for (int c = 0; c < PIECES; c += 2) {
    uint32 b[4];
    load_transposed(b, (lane_of_tile ^ 16 * c) + row * ROW_BYTES);
    multiply_add(d[c], left, b[0], b[1]);
    multiply_add(d[c + 1], left, b[2], b[3]);
  }
}

// Two accumulators side by side as the left factor of a product over their 16 columns.
__device__ __forceinline__ void to_left(uint32 (&left)[4], const float (&d0)[4],
                                        const float (&d1)[4]) {
  left[0] = pack_pair(d0[0], d0[1]);
  left[1] = pack_pair(d0[2], d0[3]);
  left[2] = pack_pair(d1[0], d1[1]);
  left[3] = pack_pair(d1[2], d1[3]);
}

// Writes a warp's [16][HEAD] accumulator, through 16 rows of shared memory that only this warp
// uses, in whole rows; `rows` of the tile's rows are there.
__device__ __forceinline__ void store_rows(uint32 tile, int row, const float (&d)[PIECES][4],
                                           float upper, float lower, storage* to, int stride,
                                           int rows) {
  int lane = threadIdx.x % WARP;
#pragma unroll
  for (int c = 0; c < PIECES; c++) {
    int byte = lane % 4 * 4;
    store_shared(tile + place(row + lane / 4, c) + byte,
                 pack_pair(d[c][0] * upper, d[c][1] * upper));
    store_shared(tile + place(row + lane / 4 + 8, c) + byte,
                 pack_pair(d[c][2] * lower, d[c][3] * lower));
  }
  __syncwarp();
#pragma unroll
  for (int i = 0; i < 16 * PIECES / WARP; i++) {
    int r = row + (lane + i * WARP) / PIECES;
    int piece = lane % PIECES;
    if (r < rows) {
      *(uint4*)(to + r * stride + piece * 8) = load_shared(tile + place(r, piece));
    }
  }
}

// Over the four lanes that share an accumulator's row.
__device__ __forceinline__ float row_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(FULL, x, 1));
  return fmaxf(x, __shfl_xor_sync(FULL, x, 2));
}

__device__ __forceinline__ float row_sum(float x) {
  x += __shfl_xor_sync(FULL, x, 1);
  return x + __shfl_xor_sync(FULL, x, 2);
}
#endif
