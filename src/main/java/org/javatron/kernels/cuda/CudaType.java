package org.javatron.kernels.cuda;

import org.bytedeco.cuda.global.cudart;

/** What an array on the GPU holds. */
public enum CudaType {
  /** IEEE single precision. */
  FLOAT32(4, cudart.CUDA_R_32F),
  /** The upper half of a single: its range, 8 bits of precision. */
  BFLOAT16(2, cudart.CUDA_R_16BF),
  /** IEEE half precision: 11 bits of precision, at most 65504. */
  FLOAT16(2, cudart.CUDA_R_16F),
  /** Signed 32-bit integers. */
  INT32(4, cudart.CUDA_R_32I),
  /** Signed 64-bit integers. */
  INT64(8, -1),
  /** Signed bytes. */
  INT8(1, cudart.CUDA_R_8I);

  private final int bytes;
  private final int cublasType;

  CudaType(int bytes, int cublasType) {
    this.bytes = bytes;
    this.cublasType = cublasType;
  }

  /**
   * The size of one value.
   *
   * @return bytes
   */
  public int bytes() {
    return bytes;
  }

  /** The library's name for the type, a {@code cudaDataType}. */
  int cublasType() {
    return cublasType;
  }

  /** Whether values are floating-point numbers of 16 bits. */
  boolean isHalf() {
    return this == BFLOAT16 || this == FLOAT16;
  }

  /**
   * What a program is compiled with so that its activations have this type.
   *
   * @return a definition for {@link CudaDevice#program}
   * @throws IllegalArgumentException if activations can't have this type
   */
  public String storageDefine() {
    return switch (this) {
      case FLOAT32 -> "STORAGE_FP32";
      case BFLOAT16 -> "STORAGE_BF16";
      case FLOAT16 -> "STORAGE_FP16";
      default -> throw new IllegalArgumentException("activations are floats, not " + this);
    };
  }
}
