package org.javatron.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Opens a checkpoint's weights in whichever form they are. */
public final class Checkpoint {
  /** In the order of preference, which is Transformers' too. */
  private static final List<String> NAMES =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private static final int ZIP_SIGNATURE = 0x504b0304;

  private Checkpoint() {}

  /**
   * Opens a checkpoint.
   *
   * @param path a folder with model.safetensors, pytorch_model.bin or an index of shards, or such a
   *     file itself, under any name
   * @return its tensors, to be closed by the caller
   * @throws WeightFormatException if there is no checkpoint, or a broken one
   * @throws IOException if it cannot be read
   */
  public static TensorSource open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isDirectory(path)) {
      return path.toString().endsWith(".index.json")
          ? ShardedCheckpoint.open(path)
          : openFile(path);
    }
    for (String name : NAMES) {
      if (Files.exists(path.resolve(name))) {
        return open(path.resolve(name));
      }
    }
    throw new WeightFormatException(
        path, "there are no weights in this folder; expected " + String.join(" or ", NAMES));
  }

  /** Opens a single file by what it begins with, whatever its name. */
  static TensorSource openFile(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    if (file.size() >= 4) {
      ByteBuffer head = ByteBuffer.allocate(4);
      file.read(0, head);
      if (head.getInt(0) == ZIP_SIGNATURE) {
        return TorchZip.open(file);
      }
      if (TorchLegacy.begins(file)) {
        return TorchLegacy.open(file);
      }
      // What a clone without git-lfs leaves in place of the weights.
      if (head.getInt(0) == ('v' << 24 | 'e' << 16 | 'r' << 8 | 's')) {
        throw new WeightFormatException(
            path, "this is a Git LFS pointer, not the weights: fetch them with git lfs pull");
      }
    }
    return SafetensorsFile.open(file);
  }
}
