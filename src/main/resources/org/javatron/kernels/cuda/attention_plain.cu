// Attention without tensor cores, for every storage type, GPU and head of up to 128 columns: the
// readable form of attention.cu.
#include "attention_plain.cuh"

// out = softmax(Q Kᵀ / √HEAD) V. Block x = tile · heads + head, y = slice of the tile. Threshold 0
// drops nothing, keys may then be null.
extern "C" __global__ void __launch_bounds__(THREADS)
    plainAttention(const storage* qkv, const int* offsets, int sequences, int heads,
                   const int64* keys, int site, int threshold, float factor, storage* out) {
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
