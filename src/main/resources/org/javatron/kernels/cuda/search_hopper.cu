// Exact search of many queries on Hopper: products and selection in one kernel, so that scores never leave the registers.
// See search.cu for keys, thresholds and margins.
//
// A block multiplies tiles of 128 queries x 256 passages, one after another. Its first warpgroup (four warps) only copies:
// the copy engine brings 64 dimensions of both at a time into one of four stages of shared memory. The other two multiply,
// 64 queries each: the tensor cores read both operands from shared memory and add up in registers; then each thread compares
// its 128 sums with the thresholds of its two queries. Copies for the next tile go on meanwhile.
//
// Within a stage a row has 128 bytes, of which the copy engine puts the 16-byte piece i of row r at i ^ (r % 8), and the
// tensor cores look for it there: neighbouring rows then lie in different banks.
#include "search.cuh"

#if defined(EMULATE) || defined(__CUDA_ARCH_FEAT_SM90_ALL)  // what only sm_90a has

#define TILE_QUERIES 128
#define TILE_PASSAGES 256
#define STEP 64
#define STAGES 4
#define QUERY_BYTES (TILE_QUERIES * STEP * 2)
#define PASSAGE_BYTES (TILE_PASSAGES * STEP * 2)
#define STAGE_BYTES (QUERY_BYTES + PASSAGE_BYTES)

#ifndef EMULATE
__device__ __forceinline__ unsigned shared_address(const void* pointer) {
  return (unsigned)__cvta_generic_to_shared(pointer);
}

__device__ __forceinline__ void barrier_begin(unsigned long long* barrier, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(barrier)), "r"(arrivals) : "memory");
}

__device__ __forceinline__ void barriers_visible() {
  asm volatile("fence.mbarrier_init.release.cluster;\n fence.proxy.async.shared::cta;" ::: "memory");
}

__device__ __forceinline__ void barrier_arrive(unsigned long long* barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(barrier)) : "memory");
}

__device__ __forceinline__ void barrier_expect(unsigned long long* barrier, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes)
               : "memory");
}

// Waits for the end of a phase; a barrier's phases are called 0 and 1 in turn.
__device__ __forceinline__ void barrier_wait(unsigned long long* barrier, int phase) {
  asm volatile(
      "{\n"
      ".reg .pred done;\n"
      "again:\n"
      "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@done bra over;\n"
      "bra again;\n"
      "over:\n"
      "}" ::"r"(shared_address(barrier)),
      "r"(phase)
      : "memory");
}

// Copies 64 dimensions from `dimension` on of as many rows as the map says; what lies outside the matrix is 0.
__device__ __forceinline__ void copy_tile(void* target, const void* map, int dimension, int row, unsigned long long* barrier) {
  asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
                   shared_address(target)),
               "l"(map), "r"(dimension), "r"(row), "r"(shared_address(barrier))
               : "memory");
}

// A map that the host has changed may still be known to this multiprocessor as it was.
__device__ __forceinline__ void map_changed(const void* map) {
  asm volatile("fence.proxy.tensormap::generic.acquire.gpu [%0], 128;" ::"l"(map) : "memory");
}

// Where an operand lies: its address, 1024 bytes from eight rows to the next eight, pieces swizzled within 128 bytes.
__device__ __forceinline__ unsigned long long operand(const void* pointer) {
  return (unsigned long long)(shared_address(pointer) >> 4 & 0x3fff) | 1ull << 16 | 64ull << 32 | 1ull << 62;
}

__device__ __forceinline__ void products_begin() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

__device__ __forceinline__ void products_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

template <int LEFT>
__device__ __forceinline__ void products_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(LEFT) : "memory");
}

// d = a b or, if `add` is 1, d += a b, for 64 queries x 16 dimensions x 256 passages; a warpgroup together.
__device__ __forceinline__ void multiply(float (&d)[128], unsigned long long a, unsigned long long b, int add) {
  asm volatile(
      "{\n"
      ".reg .pred add;\n"
      "setp.ne.b32 add, %130, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n256k16.f32.f16.f16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
      "}, %128, %129, add, 1, 1, 0, 0;\n"
      "}"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]),
        "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]),
        "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]),
        "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]),
        "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]),
        "+f"(d[40]), "+f"(d[41]), "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]),
        "+f"(d[48]), "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]),
        "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63]),
        "+f"(d[64]), "+f"(d[65]), "+f"(d[66]), "+f"(d[67]), "+f"(d[68]), "+f"(d[69]), "+f"(d[70]), "+f"(d[71]),
        "+f"(d[72]), "+f"(d[73]), "+f"(d[74]), "+f"(d[75]), "+f"(d[76]), "+f"(d[77]), "+f"(d[78]), "+f"(d[79]),
        "+f"(d[80]), "+f"(d[81]), "+f"(d[82]), "+f"(d[83]), "+f"(d[84]), "+f"(d[85]), "+f"(d[86]), "+f"(d[87]),
        "+f"(d[88]), "+f"(d[89]), "+f"(d[90]), "+f"(d[91]), "+f"(d[92]), "+f"(d[93]), "+f"(d[94]), "+f"(d[95]),
        "+f"(d[96]), "+f"(d[97]), "+f"(d[98]), "+f"(d[99]), "+f"(d[100]), "+f"(d[101]), "+f"(d[102]), "+f"(d[103]),
        "+f"(d[104]), "+f"(d[105]), "+f"(d[106]), "+f"(d[107]), "+f"(d[108]), "+f"(d[109]), "+f"(d[110]), "+f"(d[111]),
        "+f"(d[112]), "+f"(d[113]), "+f"(d[114]), "+f"(d[115]), "+f"(d[116]), "+f"(d[117]), "+f"(d[118]), "+f"(d[119]),
        "+f"(d[120]), "+f"(d[121]), "+f"(d[122]), "+f"(d[123]), "+f"(d[124]), "+f"(d[125]), "+f"(d[126]), "+f"(d[127])
      : "l"(a), "l"(b), "r"(add));
}

template <int REGISTERS>
__device__ __forceinline__ void give_registers() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

template <int REGISTERS>
__device__ __forceinline__ void take_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}
#endif

// Copies the tiles of this block, stage after stage; one thread.
__device__ void copy_tiles(const unsigned char* maps, unsigned char* stages, unsigned long long* full, unsigned long long* empty,
                           int first_tile, int tiles, int query_tiles, int from, int steps) {
  map_changed(maps);
  map_changed(maps + 128);
  int stage = 0, phase = 0;
  for (int tile = first_tile; tile < tiles; tile += gridDim.x) {
    int query = tile % query_tiles * TILE_QUERIES;
    int passage = from + tile / query_tiles * TILE_PASSAGES;
    for (int step = 0; step < steps; step++) {
      barrier_wait(&empty[stage], phase ^ 1);  // which a new barrier lets pass
      barrier_expect(&full[stage], STAGE_BYTES);
      unsigned char* target = stages + stage * STAGE_BYTES;
      copy_tile(target, maps, step * STEP, query, &full[stage]);
      copy_tile(target + QUERY_BYTES, maps + 128, step * STEP, passage, &full[stage]);
      if (++stage == STAGES) {
        stage = 0;
        phase ^= 1;
      }
    }
  }
}

// Appends what reaches the thresholds. d[4 j + 2 r + i] is the sum of query r (of this thread's two) and passage 8 j + i.
__device__ __forceinline__ void collect(float (&d)[128], const float (&cuts)[2], const int (&queries)[2], int ordinal,
                                        sort_key* lists, int capacity, int* counts) {
  float top[2] = {d[0], d[2]};
#pragma unroll
  for (int i = 0; i < 128; i++) {
    top[i / 2 % 2] = fmaxf(top[i / 2 % 2], d[i]);
  }
  if (!__any_sync(0xffffffffu, top[0] >= cuts[0] || top[1] >= cuts[1])) {
    return;  // as most end, once there are good thresholds
  }
  int lane = threadIdx.x % 32;
  int found[2] = {0, 0};
#pragma unroll
  for (int i = 0; i < 128; i++) {
    found[i / 2 % 2] += d[i] >= cuts[i / 2 % 2];
  }
  sort_key* targets[2];
#pragma unroll
  for (int r = 0; r < 2; r++) {  // four neighbouring lanes share a query: one of them asks for room
    int before = 0, all = found[r];
    int other = __shfl_xor_sync(0xffffffffu, all, 1);
    before += lane & 1 ? other : 0;
    all += other;
    other = __shfl_xor_sync(0xffffffffu, all, 2);
    before += lane & 2 ? other : 0;
    all += other;
    int start = 0;
    if (lane % 4 == 0 && all > 0) {
      start = atomicAdd(&counts[queries[r]], all);
    }
    start = __shfl_sync(0xffffffffu, start, lane & ~3);
    targets[r] = lists + (long long)queries[r] * capacity + start + before;
  }
#pragma unroll
  for (int j = 0; j < 32; j++) {
    if (fmaxf(d[4 * j], d[4 * j + 1]) >= cuts[0] || fmaxf(d[4 * j + 2], d[4 * j + 3]) >= cuts[1]) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        if (d[4 * j + i] >= cuts[i / 2]) {
          *targets[i / 2]++ = key_of(d[4 * j + i], ordinal + 8 * j + i % 2);
        }
      }
    }
  }
}

// Multiplies and compares 64 queries of each of this block's tiles; a warpgroup.
__device__ void multiply_tiles(unsigned char* stages, unsigned long long* full, unsigned long long* empty, int tiles,
                               int query_tiles, int steps, int query_count, int rows, int first_ordinal,
                               const QueryState* states, sort_key* lists, int capacity, int* counts) {
  int group = threadIdx.x / 128 - 1;  // 0 or 1
  int warp = threadIdx.x / 32 % 4, lane = threadIdx.x % 32;
  int stage = 0, phase = 0;
  for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    float d[128];
    for (int step = 0; step < steps; step++) {
      barrier_wait(&full[stage], phase);
      unsigned char* base = stages + stage * STAGE_BYTES;
      unsigned long long a = operand(base + group * (QUERY_BYTES / 2));
      unsigned long long b = operand(base + QUERY_BYTES);
      products_begin();
#pragma unroll
      for (int k = 0; k < STEP / 16; k++) {  // 32 bytes further for the next 16 dimensions
        multiply(d, a + 2 * k, b + 2 * k, step > 0 || k > 0);
      }
      products_commit();
      if (step > 0) {  // the products of the step before are done: its stage may be filled again
        products_wait<1>();
        if (threadIdx.x % 128 == 0) {
          barrier_arrive(&empty[stage == 0 ? STAGES - 1 : stage - 1]);
        }
      }
      if (++stage == STAGES) {
        stage = 0;
        phase ^= 1;
      }
    }
    products_wait<0>();
    if (threadIdx.x % 128 == 0) {
      barrier_arrive(&empty[stage == 0 ? STAGES - 1 : stage - 1]);
    }
    int query = tile % query_tiles * TILE_QUERIES + group * 64 + warp * 16 + lane / 4;
    int passage = tile / query_tiles * TILE_PASSAGES + lane % 4 * 2;
    int queries[2] = {query, query + 8};
    float cuts[2];
#pragma unroll
    for (int r = 0; r < 2; r++) {  // nothing finite reaches infinity
      cuts[r] = queries[r] < query_count ? states[queries[r]].cut : __uint_as_float(0x7f800000u);
    }
    if (rows - passage < TILE_PASSAGES) {
#pragma unroll
      for (int i = 0; i < 128; i++) {  // passages that are not there reach nothing
        d[i] = passage + i / 4 * 8 + i % 2 < rows ? d[i] : __uint_as_float(0x7fc00000u);
      }
    }
    collect(d, cuts, queries, first_ordinal + passage, lists, capacity, counts);
  }
}

extern __shared__ __align__(1024) unsigned char tile_memory[];

// Compares all queries with the passages from row `from` on, `rows` of them, of which the first has the ordinal first_ordinal.
// Two maps of 128 bytes say how the copy engine reads queries (boxes of 64 x 128) and passages (64 x 256); stride is the rows'
// length. Blocks of 384 threads, as many as multiprocessors; shared memory for the stages and 1024 bytes of alignment.
extern "C" __global__ void __launch_bounds__(384, 1)
search_many(const unsigned char* maps, int stride, int query_count, int from, int rows, int first_ordinal,
            const QueryState* states, sort_key* lists, int capacity, int* counts) {
  __shared__ unsigned long long full[STAGES], empty[STAGES];
  unsigned char* stages = tile_memory + (1024 - (shared_address(tile_memory) & 1023)) % 1024;
  if (threadIdx.x == 0) {
    for (int i = 0; i < STAGES; i++) {
      barrier_begin(&full[i], 1);
      barrier_begin(&empty[i], 2);
    }
    barriers_visible();
  }
  __syncthreads();
  int query_tiles = (query_count + TILE_QUERIES - 1) / TILE_QUERIES;
  int tiles = query_tiles * ((rows + TILE_PASSAGES - 1) / TILE_PASSAGES);
  int steps = (stride + STEP - 1) / STEP;
  if (threadIdx.x < 128) {
    give_registers<24>();
    if (threadIdx.x == 0) {
      copy_tiles(maps, stages, full, empty, blockIdx.x, tiles, query_tiles, from, steps);
    }
  } else {
    take_registers<240>();
    multiply_tiles(stages, full, empty, tiles, query_tiles, steps, query_count, rows, first_ordinal, states, lists, capacity,
                   counts);
  }
}

#endif
