// What the kernels write in assembly, in C++: conversions, tensor cores, copies, and Hopper's barriers and copy engine.
#pragma once

inline float half_to_float(unsigned short bits) {
  _Float16 x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

inline unsigned short float_to_half(float value) {
  _Float16 x = value;
  unsigned short bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline float bf16_to_float(unsigned short bits) { return __uint_as_float((unsigned)bits << 16); }

inline unsigned short float_to_bf16(float value) {
  unsigned bits = __float_as_uint(value);
  return value != value ? 0x7fff : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

namespace host {
// What the tensor cores multiply: activations of 16 bits, in the search halves.
#ifdef STORAGE_BF16
inline float factor(unsigned short bits) { return bf16_to_float(bits); }
#else
inline float factor(unsigned short bits) { return half_to_float(bits); }
#endif

// Both registers of all lanes of a warp.
struct Pairs {
  unsigned long long of[32];

  Pairs(unsigned low, unsigned high) {
    Offers<unsigned long long> offers(low | (unsigned long long)high << 32);
    for (int lane = 0; lane < 32; lane++) {
      of[lane] = offers.of(lane);
    }
  }

  // The lower or the upper 16 bits of a lane's first or second register.
  float at(int lane, int second, int high) const { return factor(of[lane] >> (32 * second + 16 * high)); }
};

// Addresses of shared memory have 32 bits, and are as aligned as what lies there.
inline char origin;

inline char* pointer(unsigned address) { return (char*)((size_t)&origin & ~(size_t)4095) + (int)address; }
}  // namespace host

inline unsigned shared_address(const void* p) { return (unsigned)((const char*)p - host::pointer(0)); }

// mma.m16n8k16, as the PTX ISA lays out its fragments: lane 4 g + t has rows g and g + 8, columns 2 t and the next.
inline void multiply_add(float (&d)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  host::Pairs near(a0, a1), far(a2, a3), other(b0, b1);
  int lane = threadIdx.x % 32;
  for (int i = 0; i < 4; i++) {
    int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    for (int k = 0; k < 16; k++) {
      const host::Pairs& a = k < 8 ? near : far;
      d[i] += a.at(row % 8 * 4 + k % 8 / 2, row / 8, k % 2) * other.at(column * 4 + k % 8 / 2, k / 8, k % 2);
    }
  }
}

inline void multiply_add(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  multiply_add(d, a[0], a[1], a[2], a[3], b0, b1);
}

// ldmatrix: four 8x8 matrices, of which lane 8 i + r has the address of row r of matrix i.
inline void load_matrices(unsigned (&r)[4], unsigned row) {
  host::Pairs rows(row, 0);
  int lane = threadIdx.x % 32;
  for (int i = 0; i < 4; i++) {
    memcpy(&r[i], host::pointer(rows.of[8 * i + lane / 4]) + lane % 4 * 4, 4);
  }
}

inline void load_transposed(unsigned (&r)[4], unsigned row) {
  host::Pairs rows(row, 0);
  int lane = threadIdx.x % 32;
  for (int i = 0; i < 4; i++) {
    unsigned short values[2];
    for (int j = 0; j < 2; j++) {
      memcpy(&values[j], host::pointer(rows.of[8 * i + lane % 4 * 2 + j]) + lane / 4 * 2, 2);
    }
    memcpy(&r[i], values, 4);
  }
}

// Copies are done at once: whether a kernel waits for them long enough is not seen.
inline void copy_async(unsigned shared, const void* global, bool there) {
  if (there) {
    memcpy(host::pointer(shared), global, 16);
  } else {
    memset(host::pointer(shared), 0, 16);
  }
}

inline void commit_copies() {}

template <int LATER>
void wait_for_copies() {}

inline void store_shared(unsigned address, unsigned value) { memcpy(host::pointer(address), &value, 4); }

inline uint4 load_shared(unsigned address) {
  uint4 value;
  memcpy(&value, host::pointer(address), 16);
  return value;
}

inline float exp2_fast(float x) { return exp2f(x); }

inline unsigned pack_pair(float low, float high) {
#ifdef STORAGE_BF16
  return float_to_bf16(low) | (unsigned)float_to_bf16(high) << 16;
#else
  return float_to_half(low) | (unsigned)float_to_half(high) << 16;
#endif
}

// ---- Hopper: barriers, the copy engine, products of a warpgroup ----

namespace host {
// What an mbarrier's 8 bytes hold.
struct Barrier {
  unsigned char arrivals, left, phase;
  int bytes;  // that are still to come in this phase

  void arrive(int arriving, int more_bytes) {
    left -= arriving;
    bytes += more_bytes;
    if (left == 0 && bytes == 0) {
      phase ^= 1;
      left = arrivals;
    }
  }
};
static_assert(sizeof(Barrier) == 8, "as on a GPU");

inline Barrier& barrier(unsigned long long* at) { return *(Barrier*)at; }

// A matrix of halves as the copy engine is told of it; on a GPU the driver fills these 128 bytes.
struct TileMap {
  const char* matrix;
  long long rows, row_bytes, tile_rows;
};

// The 16 bytes at an address within rows of 128 bytes are found at another place of the row, see search_hopper.cu.
inline size_t swizzled(size_t address) { return address ^ (address >> 7 & 7) << 4; }
}  // namespace host

inline void barrier_begin(unsigned long long* at, int arrivals) { host::barrier(at) = {(unsigned char)arrivals, (unsigned char)arrivals, 0, 0}; }
inline void barriers_visible() {}
inline void barrier_arrive(unsigned long long* at) { host::barrier(at).arrive(1, 0); }
inline void barrier_expect(unsigned long long* at, int bytes) { host::barrier(at).arrive(1, bytes); }

inline void barrier_wait(unsigned long long* at, int phase) {
  while (host::barrier(at).phase == phase) {
    host::wait_for(host::A_TURN);
  }
}

inline void copy_tile(void* target, const void* map, int dimension, int row, unsigned long long* at) {
  const host::TileMap& from = *(const host::TileMap*)map;
  for (int r = 0; r < from.tile_rows; r++) {
    for (int byte = 0; byte < 128; byte += 16) {
      char* to = (char*)host::swizzled((size_t)target + 128 * r + byte);
      long long column = 2ll * dimension + byte;
      if (row + r < from.rows && column < from.row_bytes) {
        memcpy(to, from.matrix + (row + r) * from.row_bytes + column, 16);
      } else {
        memset(to, 0, 16);
      }
    }
  }
  host::barrier(at).arrive(0, -128 * (int)from.tile_rows);
}

inline void map_changed(const void*) {}
inline unsigned long long operand(const void* pointer) { return (unsigned long long)pointer >> 4; }
inline void products_begin() {}
inline void products_commit() {}

// The products of all four warps are done.
template <int LEFT>
void products_wait() {
  host::wait_for(host::GROUP_MATES);
}

template <int REGISTERS>
void give_registers() {}

template <int REGISTERS>
void take_registers() {}

// wgmma.m64n256k16: of 64 rows of a this warp has 16, laid out over its lanes as by mma.m16n8k16 for each 8 rows of b.
inline void multiply(float (&d)[128], unsigned long long a, unsigned long long b, int add) {
  auto value = [](unsigned long long operand, int row, int k) {
    unsigned short bits;
    memcpy(&bits, (const char*)host::swizzled((operand << 4) + 128 * row + k / 8 * 16) + k % 8 * 2, 2);
    return half_to_float(bits);
  };
  int lane = threadIdx.x % 32, row = threadIdx.x / 32 % 4 * 16 + lane / 4;
  float left[2][16];
  for (int k = 0; k < 16; k++) {
    left[0][k] = value(a, row, k);
    left[1][k] = value(a, row + 8, k);
  }
  for (int i = 0; i < 128; i++) {
    float sum = add ? d[i] : 0;
    for (int k = 0; k < 16; k++) {
      sum += left[i / 2 % 2][k] * value(b, i / 4 * 8 + lane % 4 * 2 + i % 2, k);
    }
    d[i] = sum;
  }
}
