package org.javatron.train;

import java.io.IOException;
import java.nio.file.Path;
import org.javatron.encode.SequenceBuilder;
import org.javatron.io.InputException;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelLayout;
import org.javatron.weights.ModelManifest;

/**
 * What a model to be trained says of texts: vocabularies and lengths, before any weight is read.
 *
 * @param queries makes sequences of queries
 * @param passages makes sequences of passages
 * @param dim values in a vector
 * @param hash names the weights
 */
record ModelTexts(SequenceBuilder queries, SequenceBuilder passages, int dim, String hash) {
  static ModelTexts read(Path model, ExampleSettings settings) throws IOException {
    Path querySide = ModelLayout.queryEncoder(model);
    Path passageSide = ModelLayout.passageEncoder(model);
    ModelManifest query = ModelManifest.read(querySide);
    ModelManifest passage = ModelManifest.read(passageSide);
    String separator = settings.separator() == null ? passage.separator() : settings.separator();
    BertConfig config = BertConfig.read(passageSide.resolve("config.json"));
    return new ModelTexts(
        new SequenceBuilder(
            BertTokenizer.load(querySide),
            length("query", settings.queryMaxLength(), query.queryMaxLength(), querySide),
            separator),
        new SequenceBuilder(
            BertTokenizer.load(passageSide),
            length("passage", settings.passageMaxLength(), passage.passageMaxLength(), passageSide),
            separator),
        config.hiddenSize(),
        query.equals(passage)
            ? passage.weightsSha256()
            : query.weightsSha256() + "+" + passage.weightsSha256());
  }

  private static int length(String what, Integer wanted, int own, Path side) throws IOException {
    int most = BertConfig.read(side.resolve("config.json")).maxPositions();
    int length = wanted == null ? Math.min(own, most) : wanted;
    if (length < 3 || length > most) {
      throw new InputException(
          "the %s maximum length must be between 3 ([CLS], a token, [SEP]) and %d (the model's positions), found %d"
              .formatted(what, most, length));
    }
    return length;
  }
}
