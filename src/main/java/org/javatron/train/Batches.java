package org.javatron.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.javatron.data.TextRecord;
import org.javatron.encode.SequenceBuilder;
import org.javatron.io.InputException;
import org.javatron.kernels.DropoutRule;

/**
 * What each step trains on, as a function of its number alone, so that a training can go on
 * anywhere.
 *
 * <p>Every epoch has its own order of the rows. A step takes the next rows of it; what is left of
 * an epoch when no whole step can be made of it is not used in that epoch. Memory: the order, 4
 * bytes a row. Not thread-safe.
 */
final class Batches {
  /**
   * Texts of a micro-batch.
   *
   * @param rows the rows they come from, one a query
   * @param queries token ids of each query
   * @param passages token ids of each passage, query by query, the positive first
   * @param queryKeys dropout keys, one a query
   * @param passageKeys dropout keys, one a passage
   */
  record Batch(
      int[] rows, List<int[]> queries, List<int[]> passages, long[] queryKeys, long[] passageKeys) {
    long tokens() {
      return tokens(queries) + tokens(passages);
    }

    private static long tokens(List<int[]> texts) {
      return texts.stream().mapToLong(text -> text.length).sum();
    }
  }

  private final TrainingFiles files;
  private final ExampleSampler sampler;
  private final SequenceBuilder queries;
  private final SequenceBuilder passages;
  private final int batchSize;
  private final int accumulation;
  private long epochOfOrder = -1;
  private int[] order;

  /**
   * The batches of a training.
   *
   * @param files the rows
   * @param sampler which passages of a row are used; its seed decides the order, too
   * @param queries makes sequences of queries
   * @param passages makes sequences of passages
   * @param batchSize queries in a micro-batch
   * @param accumulation micro-batches in a step
   * @throws InputException if there are fewer rows than a step takes
   */
  Batches(
      TrainingFiles files,
      ExampleSampler sampler,
      SequenceBuilder queries,
      SequenceBuilder passages,
      int batchSize,
      int accumulation)
      throws InputException {
    this.files = files;
    this.sampler = sampler;
    this.queries = queries;
    this.passages = passages;
    this.batchSize = batchSize;
    this.accumulation = accumulation;
    if (stepsPerEpoch() == 0) {
      throw new InputException(
          "a step takes %d rows (batches of %d, %d accumulated), but the training files have %d: make batches smaller"
              .formatted(rowsPerStep(), batchSize, accumulation, files.rows()));
    }
  }

  private long rowsPerStep() {
    return (long) batchSize * accumulation;
  }

  /** Steps until the rows begin anew, at least 1. */
  long stepsPerEpoch() {
    return files.rows() / rowsPerStep();
  }

  /**
   * Reads a micro-batch.
   *
   * @param step counted from 0 over the whole training
   * @param part which of the step's micro-batches, from 0
   */
  Batch read(long step, int part) throws IOException {
    long epoch = step / stepsPerEpoch();
    if (epoch != epochOfOrder) {
      order = Shuffle.of(files.rows(), key(sampler.seed(), epoch));
      epochOfOrder = epoch;
    }
    int first = (int) (step % stepsPerEpoch() * rowsPerStep()) + part * batchSize;
    int[] rows = new int[batchSize];
    List<int[]> queryIds = new ArrayList<>(batchSize);
    List<int[]> passageIds = new ArrayList<>(batchSize * sampler.passages());
    for (int i = 0; i < batchSize; i++) {
      rows[i] = order[first + i];
      addExample(rows[i], epoch, queryIds, passageIds);
    }
    return new Batch(
        rows,
        queryIds,
        passageIds,
        keys(queryIds.size(), step, part, 0),
        keys(passageIds.size(), step, part, 1));
  }

  private void addExample(int number, long epoch, List<int[]> queryIds, List<int[]> passageIds)
      throws IOException {
    TrainingRow row = files.row(number);
    int pool = row.negatives().size();
    if (pool == 0 && sampler.passages() > 1) {
      throw new InputException(
          "%s: expected at least one of \"negatives\" where each query has %d passages, found none"
              .formatted(files.place(number), sampler.passages()));
    }
    int positive = sampler.positive(number, epoch, row.positives().size());
    queryIds.add(sequence(queries, row.query(), number));
    passageIds.add(sequence(passages, row.positives().get(positive), number));
    for (int negative : sampler.negatives(number, epoch, pool)) {
      passageIds.add(sequence(passages, row.negatives().get(negative), number));
    }
  }

  private int[] sequence(SequenceBuilder builder, TextRecord text, int row) throws IOException {
    int[] ids = builder.build(text).ids();
    int size = builder.tokenizer().vocabulary().size();
    for (int id : ids) {
      if (id >= size) {
        throw new InputException(
            "%s: expected token ids below %d (the vocabulary's size), found %d"
                .formatted(files.place(row), size, id));
      }
    }
    return ids;
  }

  /** How messages call the rows of a batch: by their queries' ids, or by their places. */
  String names(Batch batch) throws IOException {
    List<String> names = new ArrayList<>();
    for (int row : batch.rows()) {
      String id = files.row(row).queryId();
      names.add(id == null ? files.place(row) : id);
    }
    return String.join(", ", names);
  }

  /** One key a text, by its place in the step: how the step is cut into passes does not matter. */
  private long[] keys(int texts, long step, int part, int side) {
    long[] keys = new long[texts];
    for (int i = 0; i < texts; i++) {
      keys[i] = key(sampler.seed(), step, part, side, i);
    }
    return keys;
  }

  private static long key(long... parts) {
    long key = 0;
    for (long part : parts) {
      key = DropoutRule.mix64(key + part + 0x9E3779B97F4A7C15L);
    }
    return key;
  }
}
