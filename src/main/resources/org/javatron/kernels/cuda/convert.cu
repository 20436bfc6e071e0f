// Between float32 and the type of activations: to nearest, ties to even, on the way there; exact on
// the way back. One thread a value: the memory's speed is the limit, and a warp's values lie side by
// side.
#include "common.cuh"

extern "C" __global__ void toStorage(const float* x, storage* out, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) {
    out[i] = from_float<storage>(x[i]);
  }
}

extern "C" __global__ void fromStorage(const storage* x, float* out, int count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) {
    out[i] = to_float(x[i]);
  }
}
