// What the attention kernels share: where a block's work lies, the dropout of probabilities, and tiles of rows in shared memory.
// HEAD, the columns of a head, is defined by the host.
#ifndef JAVATRON_ATTENTION
#define JAVATRON_ATTENTION
#include "common.cuh"

constexpr int TILE = 64;  // rows of a sequence that one block works for
constexpr float LOG2_E = 1.4426950408889634f;

// A block's part of the batch, made by the host: TILE rows of a sequence, fewer at its end.
struct Tile {
  int first;     // the sequence's first row in the batch
  int length;    // its tokens
  int start;     // the tile's first row in the sequence
  int sequence;  // its number in the batch
};

__device__ __forceinline__ Tile tileOf(const int4* tiles, int tile) {
  int4 t = tiles[tile];
  return {t.x, t.y, t.z, t.w};
}

// Dropout of a sequence's probabilities at one site, see kernels.DropoutRule: index (head length + query) length + key.
struct Dropout {
  unsigned low, high;  // of the sequence's key at this site
  unsigned base;       // index of the head's first probability
  unsigned length;
  unsigned threshold;

  __device__ __forceinline__ Dropout(const long long* keys, int site, int threshold, const Tile& tile, int head)
      : base(static_cast<unsigned>(head) * tile.length * tile.length), length(tile.length), threshold(threshold) {
    unsigned long long key = siteKey(keys[tile.sequence], site);
    low = static_cast<unsigned>(key);
    high = static_cast<unsigned>(key >> 32);
  }

  __device__ __forceinline__ bool keeps(int query, int key) const {
    return dropoutBits(low, high, base + query * length + key) >= threshold;
  }
};

// Dropout that drops nothing and costs nothing.
struct NoDropout {
  __device__ __forceinline__ bool keeps(int, int) const { return true; }
};
#endif
