// Tiles of TILE rows by HEAD columns in shared memory for tensor cores, in pieces of 16 bytes. A
// row's pieces are permuted so that the eight rows of an 8x8 matrix lie in different banks.
#ifndef JAVATRON_ATTENTION_TILES
#define JAVATRON_ATTENTION_TILES
#include "attention.cuh"
#include "mma.cuh"

static_assert(HEAD == 32 || HEAD == 64, "tensor cores serve heads of 32 and 64 columns");

constexpr int THREADS = 128;      // four warps of 16 rows each
constexpr int PIECES = HEAD / 8;  // of 8 values, in a row
constexpr int DEPTH = HEAD / 16;  // steps of a product over a head's columns
constexpr int TILE_VALUES = TILE * HEAD;

__device__ __forceinline__ int place(int row, int piece) {
  int turn = (PIECES == 8 ? row : row / 2) % PIECES;
  return row * HEAD + (piece ^ turn) * 8;
}

// Starts copying rows of a matrix with `stride` values a row; rows from `rows` on become 0.
__device__ __forceinline__ void copy_tile(storage* tile, const storage* from, int stride,
                                          int rows) {
#pragma unroll
  for (int i = 0; i < TILE * PIECES / THREADS; i++) {
    int row = (threadIdx.x + i * THREADS) / PIECES;
    int piece = threadIdx.x % PIECES;
    bool there = row < rows;
    copy_async(tile + place(row, piece), from + (there ? row * stride : 0) + piece * 8, there);
  }
}

// The warp's 16 rows of a tile as left factor, a register quadruple for every 16 columns.
__device__ __forceinline__ void load_left(uint32 (&a)[DEPTH][4], const storage* tile, int row) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int k = 0; k < DEPTH; k++) {
    load_matrices(a[k], tile + place(row + lane % 16, 2 * k + lane / 16));
  }
}

// d[16][16] = left · (16 rows of a tile)ᵀ, as two accumulators of 8 columns.
__device__ __forceinline__ void times_rows(float (&d0)[4], float (&d1)[4],
                                           const uint32 (&left)[DEPTH][4], const storage* tile,
                                           int row) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    d0[i] = d1[i] = 0;
  }
#pragma unroll
  for (int k = 0; k < DEPTH; k++) {
    uint32 b[4];
    load_matrices(b, tile + place(row + lane / 16 * 8 + lane % 8, 2 * k + lane / 8 % 2));
    multiply_add(d0, left[k], b[0], b[1]);
    multiply_add(d1, left[k], b[2], b[3]);
  }
}

// d[16][HEAD] += left[16][16] · (16 rows of a tile).
__device__ __forceinline__ void add_times_tile(float (&d)[PIECES][4], const uint32 (&left)[4],
                                               const storage* tile, int row) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int c = 0; c < PIECES; c += 2) {
    uint32 b[4];
    load_transposed(b, tile + place(row + lane % 16, c + lane / 16));
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
// uses, in whole rows.
__device__ __forceinline__ void store_rows(storage* tile, int row, const float (&d)[PIECES][4],
                                           float upper, float lower, storage* to, int stride,
                                           int rows) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int c = 0; c < PIECES; c++) {
    storage* high = tile + place(row + lane / 4, c) + lane % 4 * 2;
    storage* low = tile + place(row + lane / 4 + 8, c) + lane % 4 * 2;
    *reinterpret_cast<uint32*>(high) = pack_pair(d[c][0] * upper, d[c][1] * upper);
    *reinterpret_cast<uint32*>(low) = pack_pair(d[c][2] * lower, d[c][3] * lower);
  }
  __syncwarp();
#pragma unroll
  for (int i = 0; i < 16 * PIECES / 32; i++) {
    int r = row + (lane + i * 32) / PIECES;
    int piece = lane % PIECES;
    if (r < rows) {
      *reinterpret_cast<uint4*>(to + r * stride + piece * 8) =
          *reinterpret_cast<const uint4*>(tile + place(r, piece));
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
