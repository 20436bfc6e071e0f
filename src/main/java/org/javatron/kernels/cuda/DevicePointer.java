package org.javatron.kernels.cuda;

import org.bytedeco.javacpp.Pointer;

/**
 * An address on the GPU for a library that wants a pointer; reused, so that calls allocate none.
 */
final class DevicePointer extends Pointer {
  DevicePointer at(long address) {
    this.address = address;
    return this;
  }
}
