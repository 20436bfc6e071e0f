package org.javatron.weights;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.javatron.io.AtomicFile;
import org.javatron.io.Sha256;

/**
 * Writes a safetensors file tensor by tensor, so that a model never has to be in memory at once.
 *
 * <p>Names, types and shapes are given first, for they make the header; then each tensor's values
 * in that order, in as many parts as is convenient. The file appears whole on {@link #commit}, or
 * not at all. Not thread-safe. Memory: one block of 64 KiB.
 */
public final class SafetensorsWriter implements Closeable {
  /**
   * What the header says of a tensor.
   *
   * @param dtype F32, F16 or BF16
   * @param shape the dimensions, outermost first
   */
  public record Spec(Dtype dtype, long[] shape) {}

  private static final int BLOCK_BYTES = 1 << 16;

  private final Path path;
  private final AtomicFile file;
  private final MessageDigest digest = Sha256.digest();
  private final OutputStream out;
  private final Iterator<Map.Entry<String, Spec>> rest;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private String name;
  private Dtype dtype;
  private long written;
  private long expected;

  private SafetensorsWriter(Path path, AtomicFile file, Map<String, Spec> tensors) {
    this.path = path;
    this.file = file;
    this.out = new DigestOutputStream(file.stream(), digest);
    this.rest = tensors.entrySet().iterator();
  }

  /**
   * Begins a file with its header.
   *
   * @param path where the file will stand after {@link #commit}; replaced if it exists
   * @param tensors types and shapes by name, in the order in which they will be written
   * @param metadata notes for readers; Transformers wants {@code format: pt}
   * @return the writer, to be committed and closed by the caller
   * @throws IllegalArgumentException if a type is none of F32, F16 and BF16
   * @throws IOException if the file cannot be written
   */
  public static SafetensorsWriter create(
      Path path, Map<String, Spec> tensors, Map<String, String> metadata) throws IOException {
    byte[] header = header(tensors, metadata);
    SafetensorsWriter writer = new SafetensorsWriter(path, AtomicFile.create(path), tensors);
    try {
      writer.out.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
      writer.out.write(header);
      writer.advance();
      return writer;
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  private static byte[] header(Map<String, Spec> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode json = Json.object();
    ObjectNode notes = json.putObject("__metadata__");
    metadata.forEach(notes::put);
    long offset = 0;
    for (Map.Entry<String, Spec> tensor : tensors.entrySet()) {
      Spec spec = tensor.getValue();
      if (!spec.dtype().widensToFloat32()) {
        throw new IllegalArgumentException(
            "tensor " + tensor.getKey() + " should be F32, F16 or BF16, found " + spec.dtype());
      }
      ObjectNode entry = json.putObject(tensor.getKey());
      entry.put("dtype", spec.dtype().name());
      ArrayNode shape = entry.putArray("shape");
      for (long dimension : spec.shape()) {
        shape.add(dimension);
      }
      ArrayNode range = entry.putArray("data_offsets").add(offset);
      offset += bytes(tensor.getKey(), spec);
      range.add(offset);
    }
    // Spaces after the JSON bring the data to a multiple of 8, which mapping readers like.
    StringBuilder text = new StringBuilder(Json.STRICT.writeValueAsString(json));
    int length = text.toString().getBytes(StandardCharsets.UTF_8).length;
    text.append(" ".repeat(Math.floorMod(-length, 8)));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static long bytes(String name, Spec spec) {
    long bytes = TensorInfo.byteCount(spec.shape(), spec.dtype().bytes());
    if (bytes < 0) {
      throw new IllegalArgumentException("tensor " + name + " has no possible shape");
    }
    return bytes;
  }

  /**
   * Writes the next elements of a tensor, narrowed to its type by rounding to nearest, ties to
   * even.
   *
   * @param tensor the tensor whose turn it is
   * @param values its next elements in C order; read to the limit
   * @throws IllegalArgumentException if it is not this tensor's turn, or it would get too many
   * @throws WeightFormatException if a finite value becomes infinite in the tensor's type
   * @throws IOException if the disk is full or the file cannot be written
   */
  public void write(String tensor, FloatBuffer values) throws IOException {
    if (!tensor.equals(name) || values.remaining() > expected - written) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d elements of tensor %s are not what comes next: expected %d of %s",
              values.remaining(),
              tensor,
              expected - written,
              name));
    }
    while (values.hasRemaining()) {
      int count = Math.min(values.remaining(), BLOCK_BYTES / dtype.bytes());
      block.clear();
      for (int i = 0; i < count; i++) {
        put(values.get());
      }
      out.write(block.array(), 0, block.position());
      written += count;
    }
    if (written == expected) {
      advance();
    }
  }

  private void put(float value) throws WeightFormatException {
    boolean fits = true;
    switch (dtype) {
      case F16:
        short half = SmallFloats.floatToFloat16(value);
        fits = Float.isFinite(SmallFloats.float16ToFloat(half)) || !Float.isFinite(value);
        block.putShort(half);
        break;
      case BF16:
        short brain = SmallFloats.floatToBfloat16(value);
        fits = Float.isFinite(SmallFloats.bfloat16ToFloat(brain)) || !Float.isFinite(value);
        block.putShort(brain);
        break;
      default:
        block.putFloat(value);
    }
    if (!fits) {
      throw new WeightFormatException(
          path, "tensor " + name + " holds " + value + ", which does not fit " + dtype.torchName());
    }
  }

  /** On to the next tensor that has elements. */
  private void advance() {
    name = null;
    written = 0;
    expected = 0;
    while (expected == 0 && rest.hasNext()) {
      Map.Entry<String, Spec> next = rest.next();
      name = next.getKey();
      dtype = next.getValue().dtype();
      expected = bytes(name, next.getValue()) / dtype.bytes();
    }
    if (expected == 0) {
      name = null;
    }
  }

  /**
   * Makes the file appear.
   *
   * @return the file's SHA-256, 64 hexadecimal digits
   * @throws IllegalStateException if a tensor lacks values
   * @throws IOException if the bytes cannot be forced to disk
   */
  public String commit() throws IOException {
    if (name != null) {
      throw new IllegalStateException(
          "tensor " + name + " has " + written + " of its " + expected + " elements");
    }
    out.flush();
    file.commit();
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Ends the writing; without {@link #commit} before, nothing is left. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
