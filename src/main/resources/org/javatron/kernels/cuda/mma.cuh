// Tensor-core and copy instructions of compute capability 8.0 and above, as functions: PTX ISA,
// "Warp level matrix instructions" and "cp.async". A warp's 16x8 accumulator: lane l holds rows l /
// 4 and l / 4 + 8, columns 2 (l % 4) and the next: d[0], d[1] of the first row, d[2], d[3] of the
// second.
#ifndef JAVATRON_MMA
#define JAVATRON_MMA
#include "common.cuh"

#if defined(STORAGE_BF16)
#define MMA_TYPE "bf16"
#else
#define MMA_TYPE "f16"
#endif

#ifndef EMULATE
// Where something lies in shared memory, in bytes, as instructions want it.
__device__ __forceinline__ uint32 shared_address(const void* p) {
  return (uint32)__cvta_generic_to_shared(p);
}

// d += a b: a 16x16 (rows by depth), b 16x8 (depth by columns).
__device__ __forceinline__ void multiply_add(float (&d)[4], const uint32 (&a)[4], uint32 b0,
                                             uint32 b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32." MMA_TYPE "." MMA_TYPE
      ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four 8x8 matrices from shared memory, lane 8 i + r naming row r of matrix i; lane l gets values 2
// (l % 4) and the next of row l / 4 of each.
__device__ __forceinline__ void load_matrices(uint32 (&r)[4], uint32 row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(row)
               : "memory");
}

// The same matrices transposed: lane l gets rows 2 (l % 4) and the next of column l / 4.
__device__ __forceinline__ void load_transposed(uint32 (&r)[4], uint32 row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(row)
               : "memory");
}

// Starts a copy of 16 bytes to shared memory, or of zeros where there is nothing to copy.
__device__ __forceinline__ void copy_async(uint32 shared, const void* global, bool there) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(global),
               "r"(there ? 16 : 0)
               : "memory");
}

// Ends a group of copies.
__device__ __forceinline__ void commit_copies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits until at most LATER groups of this thread are under way.
template <int LATER>
__device__ __forceinline__ void wait_for_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(LATER) : "memory");
}

// Plain stores and loads at such an address.
__device__ __forceinline__ void store_shared(uint32 address, uint32 value) {
  asm volatile("st.shared.b32 [%0], %1;" ::"r"(address), "r"(value) : "memory");
}

__device__ __forceinline__ uint4 load_shared(uint32 address) {
  uint4 v;
  asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "r"(address)
               : "memory");
  return v;
}

// 2^x within two units in the last place; 0 of -infinity.
__device__ __forceinline__ float exp2_fast(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// Two floats rounded to the storage type, the first in the low half.
__device__ __forceinline__ uint32 pack_pair(float low, float high) {
  uint32 pair;
  asm("cvt.rn." MMA_TYPE "x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}
#endif
#endif
