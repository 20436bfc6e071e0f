package org.javatron.explain;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.javatron.data.TextRecord;
import org.javatron.encode.SequenceBuilder;
import org.javatron.io.InputException;
import org.javatron.model.Encoder;
import org.javatron.model.TokenAttribution;
import org.javatron.search.Metric;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelLayout;
import org.javatron.weights.ModelManifest;

/**
 * Says which tokens of a query and a passage move their score.
 *
 * <p>The score is the inner product of two vectors, so its gradient with respect to the query's
 * vector is the passage's, and the other way round; {@link TokenAttribution} takes each back to the
 * tokens of its text. Memory: the model's weights, twice if its encoders are untied, and the
 * activations of one text. Not thread-safe.
 */
public final class Explainer implements Closeable {
  private final Side query;
  private final Side passage;

  /** How one kind of text becomes a vector. */
  private record Side(SequenceBuilder sequences, TokenAttribution encoder) {}

  private Explainer(Side query, Side passage) {
    this.query = query;
    this.passage = passage;
  }

  /**
   * Loads a model.
   *
   * @param settings the model, and how texts are cut
   * @return the explainer, to be closed by the caller
   * @throws IOException if a file of the model cannot be read or is not what it should be, or a
   *     length is more than the model takes
   */
  public static Explainer open(ExplainSettings settings) throws IOException {
    SequenceBuilder queries = sequences(settings, Encoder.Side.QUERY, settings.queryMaxLength());
    SequenceBuilder passages =
        sequences(settings, Encoder.Side.PASSAGE, settings.passageMaxLength());
    if (!ModelLayout.isUntied(settings.model())) {
      int longest = Math.max(queries.maxLength(), passages.maxLength());
      TokenAttribution encoder =
          TokenAttribution.open(settings.model(), longest, settings.kernels());
      return new Explainer(new Side(queries, encoder), new Side(passages, encoder));
    }
    TokenAttribution first = open(settings, Encoder.Side.QUERY, queries);
    try {
      TokenAttribution second = open(settings, Encoder.Side.PASSAGE, passages);
      Explainer both = new Explainer(new Side(queries, first), new Side(passages, second));
      if (first.dim() != second.dim()) {
        second.close();
        throw new InputException(
            String.format(
                "%s: the encoders' vectors should have one length, found %d values for queries and"
                    + " %d for passages",
                settings.model(), first.dim(), second.dim()));
      }
      return both;
    } catch (IOException | RuntimeException | Error e) {
      first.close();
      throw e;
    }
  }

  private static TokenAttribution open(
      ExplainSettings settings, Encoder.Side side, SequenceBuilder texts) throws IOException {
    Path directory = Encoder.sideDirectory(settings.model(), side);
    return TokenAttribution.open(directory, texts.maxLength(), settings.kernels());
  }

  private static SequenceBuilder sequences(
      ExplainSettings settings, Encoder.Side side, Integer maxLength) throws IOException {
    Path directory = Encoder.sideDirectory(settings.model(), side);
    return SequenceBuilder.of(
        BertTokenizer.load(directory),
        ModelManifest.read(directory),
        side,
        BertConfig.read(directory.resolve("config.json")).maxPositions(),
        maxLength,
        settings.separator());
  }

  /**
   * Explains a score.
   *
   * @param question the query; its id may be null
   * @param text the passage, likewise
   * @return the score and what each word moves
   */
  public Explanation explain(TextRecord question, TextRecord text) {
    SequenceBuilder.Sequence asked = query.sequences.build(question);
    SequenceBuilder.Sequence found = passage.sequences.build(text);
    float[] queryVector = query.encoder.vector(asked.ids());
    float[] passageVector = passage.encoder.vector(found.ids());
    return new Explanation(
        Metric.INNER_PRODUCT.score(queryVector, passageVector, 0, query.encoder.dim()),
        explained(query, question.id(), asked, passageVector),
        explained(passage, text.id(), found, queryVector));
  }

  private static ExplainedText explained(
      Side side, String id, SequenceBuilder.Sequence sequence, float[] dVector) {
    double[] attributions = side.encoder.attributions(sequence.ids(), dVector);
    return ExplainedText.of(
        id, sequence.ids(), attributions, sequence.truncated(), side.sequences.tokenizer());
  }

  /** Gives the model's memory back. */
  @Override
  public void close() {
    query.encoder.close();
    if (passage.encoder != query.encoder) {
      passage.encoder.close();
    }
  }
}
