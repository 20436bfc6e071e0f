package org.javatron.weights;

import static org.javatron.weights.TorchGlobals.expect;
import static org.javatron.weights.TorchGlobals.whole;

import java.io.IOException;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;

/**
 * Reads pickles of NumPy arrays besides what {@link TorchUnpickler} reads, as closed as that one:
 * of Python's names five more are known, and bytes, which may be gigabytes, are passed over and
 * only their place in the file is kept.
 *
 * <p>An array is {@code _reconstruct(ndarray, (0,), b"b")} with the state {@code (1, shape, dtype,
 * fortran, bytes)}, or from protocol 5 on {@code _frombuffer(bytes, dtype, shape, "C")}; a type
 * {@code dtype("f4", False, True)} with the state {@code (3, "<", ...)}. Source:
 * numpy/_core/src/multiarray/methods.c, array_reduce; descriptor.c, arraydescr_reduce.
 */
final class NumpyUnpickler extends TorchUnpickler {
  /** Protocol 5's bytearray: a length of 8 bytes, and the bytes. */
  private static final short BYTEARRAY8 = 0x96;

  /** Where bytes are in the file. */
  record Span(long offset, long length) {}

  /** An array, once its state is known. */
  static final class Array {
    private long[] shape;
    private Type type;
    private Span bytes;

    long[] shape() {
      return shape;
    }

    String descr() {
      return type.order + type.name;
    }

    Span bytes() {
      return bytes;
    }

    /** Whether the state has come. */
    boolean isKnown() {
      return bytes != null;
    }
  }

  /** A dtype, for example f4, and its byte order. */
  private static final class Type {
    private final String name;
    private String order = "";

    Type(String name) {
      this.name = name;
    }
  }

  private final CountingInput in;

  NumpyUnpickler(CountingInput in) {
    this.in = in;
  }

  @Override
  protected IObjectConstructor find(String module, String name) {
    return switch (module + "." + name) {
      case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct" ->
          a -> new Array();
      case "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer" ->
          NumpyUnpickler::fromBuffer;
      case "numpy.ndarray" ->
          a -> {
            throw new PickleException("the pickle makes an array of its own");
          };
      case "numpy.dtype" ->
          a -> new Type(expect(String.class, a.length == 0 ? null : a[0], "dtype"));
      default -> super.find(module, name);
    };
  }

  @Override
  protected Object dispatch(short opcode) throws IOException {
    switch (opcode) {
      case Opcodes.SHORT_BINBYTES:
        stack.add(span(1));
        return NO_RETURN_VALUE;
      case Opcodes.BINBYTES:
        stack.add(span(4));
        return NO_RETURN_VALUE;
      case Opcodes.BINBYTES8:
      case BYTEARRAY8:
        stack.add(span(8));
        return NO_RETURN_VALUE;
      case Opcodes.BUILD:
        Object state = stack.pop();
        if (!build(stack.peek(), state)) {
          stack.add(state);
          return super.dispatch(opcode);
        }
        return NO_RETURN_VALUE;
      default:
        return super.dispatch(opcode);
    }
  }

  private Span span(int lengthBytes) throws IOException {
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length |= (long) input.read() << 8 * i;
    }
    long offset = in.position();
    long found = length < 0 ? -1 : in.skip(length);
    if (found != length) {
      throw new PickleException(
          "the pickle claims " + length + " bytes, only " + found + " are left (truncated?)");
    }
    return new Span(offset, length);
  }

  /** (bytes, dtype, shape, order): an array as protocol 5 has it. */
  private static Array fromBuffer(Object[] arguments) {
    Object[] parts = parts(arguments, 4, "_frombuffer");
    if (!"C".equals(parts[3])) {
      throw new PickleException("the array is in Fortran order, expected C order");
    }
    return array(new Array(), parts[2], parts[1], parts[0]);
  }

  private static Array array(Array array, Object shape, Object type, Object bytes) {
    Object[] sizes = expect(Object[].class, shape, "an array");
    array.shape = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      array.shape[i] = whole(sizes[i], "an array");
    }
    array.type = expect(Type.class, type, "an array");
    array.bytes = expect(Span.class, bytes, "an array");
    return array;
  }

  private static boolean build(Object object, Object state) {
    if (object instanceof Array array) {
      Object[] parts = parts(state, 5, "an array");
      if (!Boolean.FALSE.equals(parts[3])) {
        throw new PickleException("the array is in Fortran order, expected C order");
      }
      array(array, parts[1], parts[2], parts[4]);
      return true;
    }
    if (object instanceof Type type) {
      type.order = expect(String.class, parts(state, 2, "a dtype")[1], "a dtype");
      return true;
    }
    return false;
  }

  private static Object[] parts(Object state, int least, String what) {
    Object[] parts = expect(Object[].class, state, what);
    if (parts.length < least) {
      throw new PickleException(what + " should have a state of " + least + " parts");
    }
    return parts;
  }
}
