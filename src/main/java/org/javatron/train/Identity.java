package org.javatron.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * All that decides the weights a training ends with, but the number of threads: what two runs must
 * share for one to go on where the other stopped. Keys are the options' names.
 */
final class Identity {
  private Identity() {}

  static ObjectNode of(
      TrainingSettings settings,
      ModelTexts texts,
      List<TrainingFiles.Stamp> files,
      long totalSteps) {
    ExampleSettings examples = settings.examples();
    StepSettings step = settings.step();
    OptimizerSettings optimizer = settings.optimizer();
    ObjectNode all =
        JsonNodeFactory.instance
            .objectNode()
            .put("model", texts.hash())
            .put("query-max-length", texts.queries().maxLength())
            .put("passage-max-length", texts.passages().maxLength())
            .put("separator", texts.passages().separator())
            .put("train-n-passages", examples.passagesPerQuery())
            .put("positive-passage-no-shuffle", !examples.rotatePositives())
            .put("negative-passage-no-shuffle", !examples.shuffleNegatives())
            .put("batch-size", step.batchSize())
            .put("gradient-accumulation-steps", step.accumulation())
            .put("query-chunk-size", step.queryChunk())
            .put("passage-chunk-size", step.passageChunk())
            .put("temperature", step.temperature())
            .put("normalize", step.normalize())
            .put("dropout", step.dropout())
            .put("untie-encoder", step.untie())
            .put("learning-rate", optimizer.learningRate())
            .put("warmup-ratio", optimizer.warmupRatio())
            .put("max-grad-norm", optimizer.maxGradNorm())
            .put("weight-decay", optimizer.weightDecay())
            .put("adam-beta1", optimizer.beta1())
            .put("adam-beta2", optimizer.beta2())
            .put("adam-epsilon", optimizer.epsilon())
            .put("steps", totalSteps)
            .put("seed", settings.seed())
            .put("kernels", settings.kernels().set().name().toLowerCase(Locale.ROOT))
            .put("precision", settings.kernels().precision().name().toLowerCase(Locale.ROOT));
    for (int i = 0; i < files.size(); i++) {
      TrainingFiles.Stamp file = files.get(i);
      all.putObject("train file " + (i + 1))
          .put("name", file.file())
          .put("bytes", file.bytes())
          .put("rows", file.rows())
          .put("index_sha256", file.indexSha256());
    }
    return all;
  }
}
