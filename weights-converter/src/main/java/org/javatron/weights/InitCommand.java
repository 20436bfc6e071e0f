package org.javatron.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code init}: a model directory with random weights, to be trained. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a model directory with random weights, to be trained.",
      "Weights are as BERT's before its training: normal for matrices and embeddings, 1 and 0 for"
          + " LayerNorm, 0 for biases and [PAD]. The same seed gives the same file everywhere. The"
          + " directory also opens in Hugging Face Transformers."
    },
    footer = {
      "",
      "Examples:",
      "  ${COMMAND-FULL-NAME} --vocab vocab.txt --output M --pooling mean --normalize",
      "  ${COMMAND-FULL-NAME} --vocab vocab.txt --output M --config bert/config.json"
    })
public final class InitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--vocab",
      required = true,
      paramLabel = "FILE",
      description = "The vocabulary, as vocab writes it.")
  private Path vocabulary;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The model directory to write.")
  private Path output;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A config.json to take all sizes from, instead of the options below.")
  private Path configJson;

  @Option(names = "--layers", paramLabel = "N", description = "Transformer layers (default: 4).")
  private Integer layers;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      description = "Width of a token's vector, a multiple of the heads (default: 128).")
  private Integer hidden;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Attention heads of a layer (default: 4).")
  private Integer heads;

  @Option(
      names = "--intermediate",
      paramLabel = "N",
      description = "Width inside the feed-forward block (default: 4 times --hidden).")
  private Integer intermediate;

  @Option(
      names = "--max-positions",
      paramLabel = "N",
      description = "Most tokens of a text, [CLS] and [SEP] included (default: 128).")
  private Integer maxPositions;

  @Option(
      names = "--initializer-range",
      paramLabel = "X",
      description = "Standard deviation of the random weights (default: 0.02).")
  private Double initializerRange;

  @Option(
      names = "--pooling",
      paramLabel = "cls|mean",
      defaultValue = "cls",
      description = "How tokens become one embedding (default: ${DEFAULT-VALUE}).")
  private Pooling pooling;

  @Option(names = "--normalize", description = "Scale embeddings to length 1 (default: do not).")
  private boolean normalize;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      defaultValue = ConvertOptions.SEPARATOR,
      description = "What joins title and text of a passage (default: ${DEFAULT-VALUE}).")
  private String separator;

  @Option(names = "--cased", description = "The vocabulary keeps case and accents.")
  private boolean cased;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "float32",
      description =
          "How weights are stored: float32, float16, bfloat16 (default: ${DEFAULT-VALUE}).")
  private String dtype;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Seed of the random weights (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--force", description = "Replace an existing model directory.")
  private boolean force;

  /** Made by picocli. */
  public InitCommand() {}

  @Override
  public Integer call() throws IOException {
    Dtype type = Dtype.ofWeights(dtype, spec.commandLine());
    ObjectNode sizes = configJson == null ? sizes() : sizesFromFile();
    RandomModel model =
        new RandomModel(sizes, vocabulary, cased, pooling, normalize, separator, type, seed);
    RandomModel.Summary summary = ModelFolder.write(output, force, model::write);
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "init: %d layers of width %d, %d pieces, %,d parameters, %,d bytes as %s%nwrote %s%n",
            summary.config().layers(),
            summary.config().hiddenSize(),
            summary.config().vocabSize(),
            summary.parameters(),
            summary.fileBytes(),
            type.torchName(),
            output);
    return 0;
  }

  private ObjectNode sizes() {
    int width = or(hidden, 128);
    ObjectNode json = Json.object();
    json.put("num_hidden_layers", or(layers, 4));
    json.put("hidden_size", width);
    json.put("num_attention_heads", or(heads, 4));
    json.put("intermediate_size", or(intermediate, 4 * width));
    json.put("max_position_embeddings", or(maxPositions, 128));
    json.put("type_vocab_size", 2);
    json.put("hidden_act", "gelu");
    json.put("layer_norm_eps", 1e-12);
    json.put("hidden_dropout_prob", 0.1);
    json.put("attention_probs_dropout_prob", 0.1);
    json.put("initializer_range", or(initializerRange, 0.02));
    return json;
  }

  private ObjectNode sizesFromFile() throws IOException {
    if (layers != null
        || hidden != null
        || heads != null
        || intermediate != null
        || maxPositions != null) {
      throw new ParameterException(
          spec.commandLine(), "--config has all sizes: leave the options of single ones out");
    }
    BertConfig.read(configJson); // says what is wrong with it under its own name
    ObjectNode json = Json.readObject(configJson);
    if (initializerRange != null) {
      json.put("initializer_range", initializerRange);
    }
    return json;
  }

  private static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
