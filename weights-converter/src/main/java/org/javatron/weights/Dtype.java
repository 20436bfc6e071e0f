package org.javatron.weights;

import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The number type of a tensor's elements, named as safetensors names it; all little-endian. */
public enum Dtype {
  /** IEEE 754 single precision. */
  F32(4, "float32"),
  /** IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits. */
  F16(2, "float16"),
  /** The upper half of a single-precision number: 1 sign, 8 exponent and 7 fraction bits. */
  BF16(2, "bfloat16"),
  /** IEEE 754 double precision. */
  F64(8, "float64"),
  /** Signed 64-bit integer. */
  I64(8, "int64"),
  /** Unsigned 64-bit integer. */
  U64(8, "uint64"),
  /** Signed 32-bit integer. */
  I32(4, "int32"),
  /** Unsigned 32-bit integer. */
  U32(4, "uint32"),
  /** Signed 16-bit integer. */
  I16(2, "int16"),
  /** Unsigned 16-bit integer. */
  U16(2, "uint16"),
  /** Signed byte. */
  I8(1, "int8"),
  /** Unsigned byte. */
  U8(1, "uint8"),
  /** One byte, 0 or 1. */
  BOOL(1, "bool"),
  /** 8-bit float, 5 exponent and 2 fraction bits. */
  F8_E5M2(1, "float8_e5m2"),
  /** 8-bit float, 4 exponent and 3 fraction bits. */
  F8_E4M3(1, "float8_e4m3fn"),
  /** 8-bit exponent alone. */
  F8_E8M0(1, "float8_e8m0fnu"),
  /** Two single-precision numbers. */
  C64(8, "complex64");

  private final int bytes;
  private final String torchName;

  Dtype(int bytes, String torchName) {
    this.bytes = bytes;
    this.torchName = torchName;
  }

  /**
   * The size of one element.
   *
   * @return bytes, 1 to 8
   */
  public int bytes() {
    return bytes;
  }

  /**
   * PyTorch's name of the type, which options and config.json use.
   *
   * @return for example {@code float32}
   */
  public String torchName() {
    return torchName;
  }

  /** The type that {@code --dtype} names; any other name is a usage error. */
  static Dtype ofWeights(String name, CommandLine command) {
    for (Dtype candidate : values()) {
      if (candidate.widensToFloat32()
          && candidate.torchName.equals(name.toLowerCase(Locale.ROOT))) {
        return candidate;
      }
    }
    throw new ParameterException(
        command, "--dtype should be float32, float16 or bfloat16, found " + name);
  }

  /**
   * Whether weights of this type can be read: F32, F16 and BF16, the types that float32 holds
   * without loss.
   *
   * @return true for the three
   */
  public boolean widensToFloat32() {
    return this == F32 || this == F16 || this == BF16;
  }
}
