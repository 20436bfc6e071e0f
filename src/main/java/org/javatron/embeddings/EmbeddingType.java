package org.javatron.embeddings;

import java.util.Locale;

/** How a value is stored in {@code embeddings.npy}. Search computes in float32 with either. */
public enum EmbeddingType {
  /** IEEE 754 single precision, little-endian: 4 bytes a value, exactly what the model gave. */
  FLOAT32("<f4", 4),
  /**
   * IEEE 754 half precision, little-endian: 2 bytes a value, rounded to nearest (ties to even), 11
   * significant bits, largest value 65504.
   */
  FLOAT16("<f2", 2);

  private final String descr;
  private final int bytes;

  EmbeddingType(String descr, int bytes) {
    this.descr = descr;
    this.bytes = bytes;
  }

  /** NumPy's name for the type, byte order included: {@code <f4} or {@code <f2}. */
  String descr() {
    return descr;
  }

  /**
   * The size of one value.
   *
   * @return 4 or 2
   */
  public int bytes() {
    return bytes;
  }

  /**
   * The name in manifests and options.
   *
   * @return {@code "float32"} or {@code "float16"}
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
