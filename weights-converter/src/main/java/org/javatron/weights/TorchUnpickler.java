package org.javatron.weights;

import static org.javatron.weights.TorchGlobals.expect;
import static org.javatron.weights.TorchGlobals.whole;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickles that torch.save writes, and nothing else.
 *
 * <p>A pickle is a program for a small stack machine, and Python's lets it call anything. Here
 * three things are closed. Names are looked up in {@link TorchGlobals} alone; the library's own
 * registry and its stand-ins for unknown classes are never reached. Instructions are a list of
 * those that torch.save emits; all others end the reading. And no length in the file is believed
 * before the bytes are there.
 *
 * <p>Python's dict becomes a {@link StateDict}, list a List, tuple an Object[], int an Integer or
 * Long, str a String, a tensor a {@link TorchTensor}.
 */
class TorchUnpickler extends Unpickler {
  /** A BERT's pickle takes some 40 kB; every byte may cost the heap fifty. */
  static final long MAX_BYTES = 1 << 24;

  @Override
  protected Object dispatch(short opcode) throws IOException {
    switch (opcode) {
      case Opcodes.GLOBAL:
        stack.add(find(line(), line()));
        return NO_RETURN_VALUE;
      case Opcodes.STACK_GLOBAL:
        String name = expect(String.class, stack.pop(), "STACK_GLOBAL");
        stack.add(find(expect(String.class, stack.pop(), "STACK_GLOBAL"), name));
        return NO_RETURN_VALUE;
      case Opcodes.EMPTY_DICT:
        stack.add(new StateDict());
        return NO_RETURN_VALUE;
      case Opcodes.SETITEMS:
        setItems(stack.pop_all_since_marker());
        return NO_RETURN_VALUE;
      case Opcodes.SETITEM:
        Object value = stack.pop();
        setItems(Arrays.asList(stack.pop(), value));
        return NO_RETURN_VALUE;
      case Opcodes.BUILD:
        // An OrderedDict's attributes: _metadata, the modules' versions, is of no use here.
        stack.pop();
        expect(StateDict.class, stack.peek(), "BUILD");
        return NO_RETURN_VALUE;
      case Opcodes.BINUNICODE:
        stack.add(text(4, StandardCharsets.UTF_8));
        return NO_RETURN_VALUE;
      case Opcodes.SHORT_BINUNICODE:
        stack.add(text(1, StandardCharsets.UTF_8));
        return NO_RETURN_VALUE;
      case Opcodes.BINSTRING: // Python 2's str
        stack.add(text(4, StandardCharsets.ISO_8859_1));
        return NO_RETURN_VALUE;
      case Opcodes.SHORT_BINSTRING:
        stack.add(text(1, StandardCharsets.ISO_8859_1));
        return NO_RETURN_VALUE;
      case Opcodes.PROTO:
      case Opcodes.FRAME:
      case Opcodes.STOP:
      case Opcodes.MARK:
      case Opcodes.NONE:
      case Opcodes.NEWTRUE:
      case Opcodes.NEWFALSE:
      case Opcodes.BININT:
      case Opcodes.BININT1:
      case Opcodes.BININT2:
      case Opcodes.LONG1:
      case Opcodes.BINFLOAT:
      case Opcodes.EMPTY_LIST:
      case Opcodes.APPEND:
      case Opcodes.APPENDS:
      case Opcodes.EMPTY_TUPLE:
      case Opcodes.TUPLE:
      case Opcodes.TUPLE1:
      case Opcodes.TUPLE2:
      case Opcodes.TUPLE3:
      case Opcodes.BINPUT:
      case Opcodes.LONG_BINPUT:
      case Opcodes.MEMOIZE:
      case Opcodes.BINGET:
      case Opcodes.LONG_BINGET:
      case Opcodes.BINPERSID:
      case Opcodes.REDUCE:
        return super.dispatch(opcode);
      default:
        throw new PickleException(
            String.format(
                Locale.ROOT,
                "the pickle has instruction 0x%02x, which torch.save never writes",
                opcode));
    }
  }

  /** What stands for a Python name; anything not listed ends the reading. */
  protected IObjectConstructor find(String module, String name) {
    return TorchGlobals.find(module, name);
  }

  private void setItems(List<Object> keysAndValues) {
    StateDict dictionary = expect(StateDict.class, stack.peek(), "SETITEMS");
    for (int i = 0; i + 1 < keysAndValues.size(); i += 2) {
      dictionary.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  /**
   * ("storage", type, key, location, elements[, view]): the numbers themselves, which stand outside
   * the pickle.
   */
  @Override
  protected Object persistentLoad(Object id) {
    Object[] parts = expect(Object[].class, id, "a storage");
    if (parts.length < 5 || !"storage".equals(parts[0])) {
      throw new PickleException("the pickle refers to something that is not a storage");
    }
    if (parts.length > 5 && parts[5] != null) {
      throw new PickleException("the pickle has a view of a storage, as PyTorch before 0.4 wrote");
    }
    return new TorchTensor.Storage(
        expect(TorchGlobals.StorageType.class, parts[1], "a storage").dtype(),
        expect(String.class, parts[2], "a storage"),
        whole(parts[4], "a storage"));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = input.read(); c != '\n'; c = input.read()) {
      if (c < 0 || line.length() > 1000) {
        throw new PickleException("the pickle has a name without end");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  /** A string with its length before it, which is taken at its word only as far as bytes come. */
  private String text(int lengthBytes, Charset charset) throws IOException {
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length |= (long) input.read() << 8 * i;
    }
    if (length < 0 || length > MAX_BYTES) {
      throw new PickleException("the pickle claims a string of " + length + " bytes");
    }
    byte[] bytes = input.readNBytes((int) length);
    if (bytes.length < length) {
      throw new PickleException(
          "the pickle claims a string of " + length + " bytes, only " + bytes.length + " are left");
    }
    return new String(bytes, charset);
  }

  /**
   * Reads one object.
   *
   * @throws WeightFormatException naming the file, whatever is wrong with the pickle
   */
  static Object read(InputStream input, MappedFile file) throws IOException {
    return read(new TorchUnpickler(), input, file);
  }

  static Object read(Unpickler unpickler, InputStream input, MappedFile file) throws IOException {
    try {
      return unpickler.load(input);
    } catch (WeightFormatException e) {
      throw e;
    } catch (PickleException | IOException e) {
      throw new WeightFormatException(file.path(), e.getMessage(), e);
    } catch (RuntimeException e) {
      // The library checks little: an empty stack or a wrong type shows as one of Java's own.
      throw new WeightFormatException(file.path(), "the pickle is broken (" + e + ")", e);
    }
  }
}
