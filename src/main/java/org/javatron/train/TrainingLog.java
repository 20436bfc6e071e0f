package org.javatron.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a training's figures as they come, one JSON object a line.
 *
 * <p>Each line is handed to the system at once, so it can be watched and survives the end of the
 * process. Before a checkpoint is written, {@link #sync} puts the lines on disk; a training that
 * continues from the checkpoint cuts off what came after it. So the file always reads like that of
 * a training nobody disturbed, times aside. Not thread-safe.
 */
public final class TrainingLog implements Closeable {
  /** The file's name in a training's folder. */
  public static final String FILE = "metrics.jsonl";

  private final FileChannel channel;

  private TrainingLog(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Begins the log of a training.
   *
   * @param folder the training's folder; made if missing, a log in it is emptied
   * @return the log; the caller closes it
   * @throws IOException if the file cannot be written
   */
  public static TrainingLog create(Path folder) throws IOException {
    return open(Files.createDirectories(folder).resolve(FILE), 0);
  }

  /**
   * Opens the log of a training that goes on from a checkpoint: lines of later steps, and a last
   * one that is not whole, are cut off.
   *
   * @param folder the training's folder; a missing log begins here
   * @param step the checkpoint's step, 0 or more
   * @return the log, behind its last line; the caller closes it
   * @throws IOException if the file cannot be written, or a line that is to stay is not as it must
   *     be
   */
  public static TrainingLog continueAfter(Path folder, long step) throws IOException {
    Path file = folder.resolve(FILE);
    return open(file, Files.exists(file) ? TrainingHistory.bytesUntil(file, step) : 0);
  }

  private static TrainingLog open(Path file, long bytes) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.truncate(bytes).position(bytes);
    return new TrainingLog(channel);
  }

  /**
   * Appends a step's figures.
   *
   * @param step the figures
   * @throws IOException if the disk refuses
   */
  public void write(TrainingHistory.Step step) throws IOException {
    write(step.json());
  }

  /**
   * Appends an evaluation's figures.
   *
   * @param evaluation the figures
   * @throws IOException if the disk refuses
   */
  public void write(TrainingHistory.Evaluation evaluation) throws IOException {
    write(evaluation.json());
  }

  private void write(ObjectNode line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Waits until all lines are on disk. To be called before a checkpoint is written that counts
   * their steps.
   *
   * @throws IOException if the disk refuses
   */
  public void sync() throws IOException {
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
