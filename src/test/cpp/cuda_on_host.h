// Lets a C++ compiler take a .cu file, and its kernels run on a processor: slowly, but each thread does what it would do on a GPU.
// Blocks run one after the other; a block's threads take turns, each going on until it waits for others, at __syncthreads or where a
// warp's threads exchange values. What a GPU leaves to chance, the order of blocks and warps, is fixed here; a race may go unseen.
// Included before the file (-include). A file leaves out what it writes in assembly where EMULATE is defined; cuda_assembly_on_host.h has it.
#pragma once
#define EMULATE
#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#define __device__
#define __global__
#define __forceinline__ inline
#define __shared__ static
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...)

using std::max;
using std::min;

struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

namespace host {
struct Index {
  int x, y;
};

enum Wait { NOTHING, A_TURN, WARP_MATES, GROUP_MATES, BLOCK_MATES, END };

struct Thread {
  ucontext_t context;
  std::vector<char> stack = std::vector<char>(1 << 16);
  Index index;
  Wait wait;
  int exchanges;                       // of its warp so far
  unsigned mates;                      // bit by bit, which lanes took part in the last one
  unsigned long long offered[2] = {};  // in the last two: who is ahead must not overwrite what others still read
};

inline ucontext_t scheduler;
inline std::vector<Thread> threads;
inline int live;  // threads of this block
inline Thread* now;
inline Index block, grid, size;
inline const std::function<void()>* body;

inline void wait_for(Wait what) {
  now->wait = what;
  swapcontext(&now->context, &scheduler);
}

inline void enter() {
  (*body)();
  wait_for(END);
}

// Whether all threads from one to another that have not ended wait for the same; then they may go on.
inline bool release(int from, int to, Wait what) {
  bool any = false;
  unsigned mates = 0;
  for (int i = from; i < to; i++) {
    if (threads[i].wait != what && threads[i].wait != END) {
      return false;
    }
    any |= threads[i].wait == what;
    mates |= (unsigned)(threads[i].wait == what) << i % 32;
  }
  for (int i = from; i < to; i++) {
    if (threads[i].wait == what) {
      threads[i].wait = NOTHING;
      threads[i].mates = mates;
    }
  }
  return any;
}

inline void run_block() {
  for (int i = 0; i < live; i++) {
    Thread& thread = threads[i];
    thread.index = {i, 0};
    thread.wait = NOTHING;
    thread.exchanges = 0;
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.data();
    thread.context.uc_stack.ss_size = thread.stack.size();
    makecontext(&thread.context, enter, 0);
  }
  int idle = 0;  // rounds in which threads only looked whether what they wait for has happened
  for (bool ended = false; !ended;) {
    bool moved = false;
    ended = true;
    for (int i = 0; i < live; i++) {
      if (threads[i].wait <= A_TURN) {
        moved |= threads[i].wait == NOTHING;
        now = &threads[i];
        swapcontext(&scheduler, &now->context);
      }
      ended &= threads[i].wait == END;
    }
    for (int i = 0; i < live; i += 32) {
      moved |= release(i, min(i + 32, live), WARP_MATES);
    }
    for (int i = 0; i < live; i += 128) {
      moved |= release(i, min(i + 128, live), GROUP_MATES);
    }
    moved |= release(0, live, BLOCK_MATES);
    idle = moved ? 0 : idle + 1;
    if (!ended && idle > 9) {
      fprintf(stderr, "threads of a block wait for each other at different places\n");
      abort();
    }
  }
}

inline void launch(int x, int y, int block_threads, const std::function<void()>& kernel) {
  if ((int)threads.size() < block_threads) {
    threads.resize(block_threads);
  }
  body = &kernel;
  live = block_threads;
  grid = {x, y};
  size = {block_threads, 1};
  for (block.y = 0; block.y < y; block.y++) {
    for (block.x = 0; block.x < x; block.x++) {
      run_block();
    }
  }
}

// What each thread of the warp offers; an ended one's is of no meaning.
template <typename T>
struct Offers {
  Thread* warp;
  int slot;

  explicit Offers(T value) {
    static_assert(sizeof(T) <= sizeof(unsigned long long), "a register or two");
    slot = now->exchanges++ % 2;
    memcpy(&now->offered[slot], &value, sizeof value);
    warp = &threads[now->index.x / 32 * 32];
    wait_for(WARP_MATES);
  }

  T of(int lane) const {
    T value;
    memcpy(&value, &warp[lane].offered[slot], sizeof value);
    return value;
  }
};
}  // namespace host

#define threadIdx (host::now->index)
#define blockIdx host::block
#define gridDim host::grid
#define blockDim host::size

inline void __syncwarp() { host::wait_for(host::WARP_MATES); }

inline void __syncthreads() { host::wait_for(host::BLOCK_MATES); }

template <typename T>
T __shfl_sync(unsigned, T value, int lane) {
  return host::Offers<T>(value).of(lane % 32);
}

template <typename T>
T __shfl_xor_sync(unsigned, T value, int apart) {
  int lane = threadIdx.x % 32;
  return host::Offers<T>(value).of(lane ^ apart);
}

inline unsigned __ballot_sync(unsigned, bool vote) {
  host::Offers<bool> votes(vote);
  unsigned ballot = 0;
  for (int lane = 0; lane < 32; lane++) {
    if (host::now->mates >> lane & 1) {
      ballot |= (unsigned)votes.of(lane) << lane;
    }
  }
  return ballot;
}

template <typename T>
T __shfl_up_sync(unsigned, T value, int apart) {
  int lane = threadIdx.x % 32;
  return host::Offers<T>(value).of(max(0, lane - apart));
}

inline bool __any_sync(unsigned mask, bool vote) { return __ballot_sync(mask, vote) != 0; }

inline int __popc(unsigned x) { return __builtin_popcount(x); }

inline float __uint_as_float(unsigned bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

inline unsigned __float_as_uint(float x) {
  unsigned bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline int __float_as_int(float x) { return (int)__float_as_uint(x); }

inline long long __double_as_longlong(double x) {
  long long bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline double __longlong_as_double(long long bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Threads take turns: nothing comes between.
template <typename T>
T atomicAdd(T* at, T value) {
  T before = *at;
  *at += value;
  return before;
}

template <typename T>
void atomicMax(T* at, T value) {
  *at = max(*at, value);
}

template <typename T>
void atomicMin(T* at, T value) {
  *at = min(*at, value);
}

inline float rsqrtf(float x) { return 1 / sqrtf(x); }

// One rounding each: compile with -ffp-contract=off.
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }

#include "cuda_assembly_on_host.h"
