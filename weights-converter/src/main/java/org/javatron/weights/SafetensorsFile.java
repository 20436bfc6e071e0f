package org.javatron.weights;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * A safetensors file, memory-mapped: 8 bytes with the header's length, a JSON header with each
 * tensor's type, shape and byte range, then the numbers.
 *
 * <p>Opening checks the header strictly, as the format's own library does: the ranges must cover
 * the data without holes or overlaps and agree with types and shapes. Opening costs the header
 * only; reading a tensor costs its bytes once. Files may be larger than 2 GiB. Thread-safe.
 *
 * <p>Source: the format description of github.com/huggingface/safetensors.
 */
public final class SafetensorsFile implements TensorSource {
  private final MappedFile file;
  private final SafetensorsHeader header;

  private SafetensorsFile(MappedFile file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
  }

  /**
   * Opens a file and checks its header.
   *
   * @param path the file
   * @return the open file, to be closed by the caller
   * @throws WeightFormatException if it is not a whole and consistent safetensors file
   * @throws IOException if it cannot be read
   */
  public static SafetensorsFile open(Path path) throws IOException {
    return open(MappedFile.open(path));
  }

  static SafetensorsFile open(MappedFile file) throws IOException {
    return new SafetensorsFile(file, SafetensorsHeader.read(file));
  }

  @Override
  public Path file() {
    return file.path();
  }

  @Override
  public String format() {
    return "safetensors";
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return header.tensors();
  }

  /**
   * What the writer noted about the file, for example {@code format: pt}.
   *
   * @return the header's {@code __metadata__}; empty where there is none
   */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public void read(String name, long first, FloatBuffer destination) throws IOException {
    TensorInfo info = Readable.run(this, name, first, destination);
    long position = info.offset() + first * info.dtype().bytes();
    FloatReader.read(file, position, info.dtype(), destination);
  }

  /** Lets the mapping go; it is unmapped when the garbage collector finds it. */
  @Override
  public void close() {
    // Java 17 has no call to unmap; nothing else is held open.
  }
}
