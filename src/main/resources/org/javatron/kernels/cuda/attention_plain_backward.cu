// The gradient of attention without tensor cores: the readable form of attention_backward.cu, in
// the same two passes.
#include "attention_plain.cuh"

// First pass of the gradient: dQ, and for every query and head what the second pass needs of its
// row of probabilities: rows[head · T + row] = (log2 of the sum of exponentials, Σ_j P_j dP_j).
extern "C" __global__ void __launch_bounds__(THREADS)
    plainQueryGradients(const storage* qkv, const int* offsets, int sequences, int heads,
                        int tokens, const int64* keys, int site, int threshold, float factor,
                        const storage* dOut, float2* rows, storage* dQkv) {
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
      rows[(int64)place.head * tokens + place.tile.first + place.start + lane.row] = {
          max - log2f(weight), mean};
    }
  }
}

// Second pass of the gradient: dK and dV of a block's keys, from all queries in order.
extern "C" __global__ void __launch_bounds__(THREADS)
    plainKeyGradients(const storage* qkv, const int* offsets, int sequences, int heads, int tokens,
                      const int64* keys, int site, int threshold, float factor, const storage* dOut,
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
