// The contrastive loss between two matrix products: rows of scores S[q, j] = scale queries[q] .
// passages[j], of which S[q, q * group] should be the greatest. Float32; one block a query.
#include "common.cuh"

// log of the sum of exp(s[j]), the greatest taken out first so that nothing overflows.
__device__ __forceinline__ float log_sum(const float* s, int passages) {
  float greatest = __uint_as_float(0xff800000u);
  for (int j = threadIdx.x; j < passages; j += blockDim.x) {
    greatest = fmaxf(greatest, s[j]);
  }
  greatest = block_max(greatest);
  float sum = 0;
  for (int j = threadIdx.x; j < passages; j += blockDim.x) {
    sum += expf(s[j] - greatest);
  }
  return greatest + logf(block_sum(sum));
}

// losses[q] = log sum of the row - the positive's score.
extern "C" __global__ void lossOfRows(const float* scores, int passages, int group, float* losses) {
  const float* s = scores + (int64)blockIdx.x * passages;
  float all = log_sum(s, passages);
  if (threadIdx.x == 0) {
    losses[blockIdx.x] = all - s[(int64)blockIdx.x * group];
  }
}

// loss[0] = the mean of so many losses, by one block.
extern "C" __global__ void meanLoss(const float* losses, int queries, float* loss) {
  double sum = 0;
  for (int q = threadIdx.x; q < queries; q += blockDim.x) {
    sum += losses[q];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    loss[0] = (float)(sum / queries);
  }
}

// scores <- (softmax of the row - 1 at the positive) * dLoss * factor: the gradient with respect to
// the inner products, factor being scale / queries.
extern "C" __global__ void gradientOfRows(
    float* scores, int passages, int group, const float* dLoss, float factor) {
  float* s = scores + (int64)blockIdx.x * passages;
  float all = log_sum(s, passages);
  float outer = *dLoss * factor;
  for (int j = threadIdx.x; j < passages; j += blockDim.x) {
    float target = j == blockIdx.x * group ? 1 : 0;
    s[j] = (expf(s[j] - all) - target) * outer;
  }
}
