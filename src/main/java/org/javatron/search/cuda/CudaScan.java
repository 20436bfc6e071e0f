package org.javatron.search.cuda;

/** How passages are compared with queries; what is found does not depend on it. */
enum CudaScan {
  /** Up to 32 queries: as fast as memory gives the passages, on any GPU. */
  FEW,
  /** Many queries on Hopper: products and selection in one kernel. */
  FUSED,
  /**
   * Many queries elsewhere: products of cuBLASLt, whose scores are read back and looked through.
   */
  PRODUCTS
}
