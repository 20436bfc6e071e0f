package org.javatron.train;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.javatron.model.TrainableEncoder;
import org.javatron.model.TrainableOptions;
import org.javatron.weights.ModelLayout;

/** The encoder of queries and that of passages: one object where the model is tied. */
record EncoderPair(TrainableEncoder query, TrainableEncoder passage) implements Closeable {
  /** Loads one encoder, or two if the model has two or is to be untied. */
  static EncoderPair open(Path model, boolean untie, TrainableOptions options) throws IOException {
    TrainableEncoder passage = TrainableEncoder.open(ModelLayout.passageEncoder(model), options);
    if (!untie && !ModelLayout.isUntied(model)) {
      return new EncoderPair(passage, passage);
    }
    try {
      return new EncoderPair(
          TrainableEncoder.open(ModelLayout.queryEncoder(model), options), passage);
    } catch (IOException | RuntimeException | Error e) {
      passage.close();
      throw e;
    }
  }

  boolean tied() {
    return query == passage;
  }

  /** The encoders by what their weights' names begin with. */
  Map<String, TrainableEncoder> byPrefix() {
    if (tied()) {
      return Map.of("", query);
    }
    Map<String, TrainableEncoder> both = new LinkedHashMap<>();
    both.put(ModelLayout.QUERY + ".", query);
    both.put(ModelLayout.PASSAGE + ".", passage);
    return both;
  }

  /** The Euclidean norm over all gradients together; not finite if one is not. */
  double gradientNorm() {
    double squares = 0;
    for (TrainableEncoder encoder : byPrefix().values()) {
      squares += encoder.sumOfSquaredGradients();
    }
    return Math.sqrt(squares);
  }

  /** What one value for each parameter takes. */
  long parameterBytes() {
    return byPrefix().values().stream().mapToLong(TrainableEncoder::parameterBytes).sum();
  }

  void zeroGradients() {
    query.zeroGradients();
    passage.zeroGradients();
  }

  /** Takes the weights of a checkpoint of this training. */
  void load(Path checkpoint) throws IOException {
    if (tied()) {
      query.load(checkpoint);
    } else {
      query.load(checkpoint.resolve(ModelLayout.QUERY));
      passage.load(checkpoint.resolve(ModelLayout.PASSAGE));
    }
  }

  /** Writes a model directory into an existing folder. */
  void save(Path folder, int queryMaxLength, int passageMaxLength, String separator)
      throws IOException {
    if (tied()) {
      query.save(folder, queryMaxLength, passageMaxLength, separator);
      return;
    }
    // The passages' last: a model is untied, and whole, once both are there.
    Path queries = Files.createDirectories(folder.resolve(ModelLayout.QUERY));
    query.save(queries, queryMaxLength, passageMaxLength, separator);
    Path passages = Files.createDirectories(folder.resolve(ModelLayout.PASSAGE));
    passage.save(passages, queryMaxLength, passageMaxLength, separator);
  }

  long memoryBytes() {
    return query.memoryBytes() + (tied() ? 0 : passage.memoryBytes());
  }

  @Override
  public void close() {
    query.close();
    if (!tied()) {
      passage.close();
    }
  }
}
