package org.javatron.weights;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.javatron.weights.hub.HubOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code convert}: a BERT checkpoint in any form becomes a model directory. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = {
      "Turns a BERT checkpoint into a model directory.",
      "Reads model.safetensors or pytorch_model.bin (any PyTorch version), whole or in shards, and"
          + " Tevatron's untied query_model/ and passage_model/. The directory also opens in Hugging"
          + " Face Transformers. A model directory that is converted again keeps the settings that"
          + " are not given."
    },
    footer = {
      "",
      "Examples:",
      "  ${COMMAND-FULL-NAME} --model Luyu/co-condenser-marco-retriever --output M",
      "  ${COMMAND-FULL-NAME} --model all-MiniLM-L6-v2/ --output M --passage-max-length 256"
    })
public final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR_OR_HUB_ID",
      description = "The checkpoint's folder, or the id of a model on the hub.")
  private String model;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The model directory to write.")
  private Path output;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "The tokenizer's folder, where the checkpoint has none of its own.")
  private Path tokenizer;

  @Option(
      names = "--pooling",
      paramLabel = "cls|mean",
      description =
          "How tokens become one embedding (default: what sentence-transformers' 1_Pooling says,"
              + " else cls).")
  private Pooling pooling;

  @Option(
      names = "--normalize",
      negatable = true,
      description =
          "Scale embeddings to length 1, or not (default: whether the model has"
              + " sentence-transformers' 2_Normalize).")
  private Boolean normalize;

  @Option(
      names = "--query-max-length",
      paramLabel = "N",
      description =
          "Most tokens of a query, [CLS] and [SEP] included (default: "
              + ConvertOptions.QUERY_MAX_LENGTH
              + ").")
  private Integer queryMaxLength;

  @Option(
      names = "--passage-max-length",
      paramLabel = "N",
      description =
          "Most tokens of a passage, [CLS] and [SEP] included (default: "
              + ConvertOptions.PASSAGE_MAX_LENGTH
              + ").")
  private Integer passageMaxLength;

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      description =
          "What joins title and text of a passage (default: " + ConvertOptions.SEPARATOR + ").")
  private String separator;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "How weights are stored: float32, float16, bfloat16 (default: as in the source).")
  private String dtype;

  @Option(names = "--force", description = "Replace an existing model directory.")
  private boolean force;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Mixin private HubOptions hub;

  /** Made by picocli. */
  public ConvertCommand() {}

  @Override
  public Integer call() throws Exception {
    checkLength("--query-max-length", queryMaxLength);
    checkLength("--passage-max-length", passageMaxLength);
    Dtype target = dtype();
    var err = spec.commandLine().getErr();
    ModelSource source = ModelSource.find(model, hub, err);
    ConvertOptions options =
        new ConvertOptions(
            pooling,
            normalize,
            queryMaxLength,
            passageMaxLength,
            separator,
            target,
            tokenizer,
            source.name(),
            source.revision(),
            force);
    List<ConversionReport> reports = Conversion.run(source.path(), output, options);
    if (json) {
      spec.commandLine().getOut().println(Json.pretty(report(reports)));
    } else {
      reports.forEach(report -> report.print(err));
      err.println("wrote " + output);
    }
    return 0;
  }

  private ObjectNode report(List<ConversionReport> reports) {
    ObjectNode report = Json.object();
    report.put("output", output.toString());
    ArrayNode encoders = report.putArray("encoders");
    reports.forEach(encoder -> encoders.add(encoder.json()));
    return report;
  }

  private void checkLength(String option, Integer length) {
    if (length != null && length < 3) {
      throw new ParameterException(
          spec.commandLine(),
          option + " should be at least 3 ([CLS], a token, [SEP]), found " + length);
    }
  }

  private Dtype dtype() {
    return dtype == null ? null : Dtype.ofWeights(dtype, spec.commandLine());
  }
}
