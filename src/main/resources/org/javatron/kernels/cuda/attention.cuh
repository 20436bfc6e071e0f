// What the attention kernels share: where a block's work lies, the dropout of probabilities, and
// tiles of rows in shared memory.
#ifndef JAVATRON_ATTENTION
#define JAVATRON_ATTENTION
#include "common.cuh"

// Columns of a head: the host says how many.
#ifndef HEAD
#define HEAD 64
#endif

constexpr int TILE = 64;  // rows of a sequence that one block works for
constexpr float LOG2_E = 1.4426950408889634f;
#define INFINITE __uint_as_float(0x7f800000u)

// A block's part of the batch: TILE rows of a sequence, fewer at its end.
struct Tile {
  int first;     // the sequence's first row in the batch
  int length;    // its tokens
  int start;     // the tile's first row in the sequence; none if that is not below the length
  int sequence;  // its number in the batch
};

// The tile with a number. Sequence b's tiles have the numbers from offsets[b] / TILE + b on; the
// next sequence's begin behind them, at most one further than need be, so that a tile is found
// without a list made beforehand and the host needs to know no more than tokens / TILE + sequences.
// A warp looks at 32 sequences at once.
__device__ __forceinline__ Tile find_tile(const int* offsets, int sequences, int number) {
  int lane = threadIdx.x % WARP;
  int low = 0;
  for (int count = sequences; count > 1;) {
    int apart = (count + WARP - 1) / WARP;
    int candidate = low + lane * apart;
    bool begun = lane * apart < count && offsets[candidate] / TILE + candidate <= number;
    int last = __popc(__ballot_sync(FULL, begun)) - 1;
    low += last * apart;
    count = min(apart, count - last * apart);
  }
  int first = offsets[low];
  return {first, offsets[low + 1] - first, (number - first / TILE - low) * TILE, low};
}

// Dropout of a sequence's probabilities at one site, see kernels.DropoutRule: index (head length +
// query) length + key.
struct Dropout {
  uint64 key;        // the sequence's, at this site
  uint32 base;       // index of the head's first probability
  uint32 length;     // of the sequence
  uint32 threshold;  // 0 drops nothing, and keys may then be null

  __device__ __forceinline__ Dropout(const int64* keys, int site, int threshold, const Tile& tile,
                                     int head)
      : base((uint32)head * tile.length * tile.length), length(tile.length), threshold(threshold) {
    key = threshold == 0 ? 0 : site_key(keys[tile.sequence], site);
  }

  __device__ __forceinline__ bool keeps(int query, int column) const {
    return threshold == 0 || dropout_bits(key, base + query * length + column) >= threshold;
  }
};

// Dropout that drops nothing and costs nothing.
struct NoDropout {
  __device__ __forceinline__ bool keeps(int, int) const { return true; }
};
#endif
