package org.javatron.weights;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.weights.hub.HubOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code inspect}: what a model directory, a checkpoint or a single weights file holds. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the tensors, sizes and settings of a model or checkpoint.",
      "Takes a folder, a weights file in any supported form (safetensors, PyTorch, an index of"
          + " shards), or the id of a model on the hub."
    },
    footer = {"", "Example:", "  ${COMMAND-FULL-NAME} --model M"})
public final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR_OR_HUB_ID",
      description = "A folder, a weights file, or the id of a model on the hub.")
  private String model;

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Mixin private HubOptions hub;

  /** Made by picocli. */
  public InspectCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path path = ModelSource.find(model, hub, spec.commandLine().getErr()).path();
    ObjectNode report = Json.object();
    if (Files.isDirectory(path) && ModelLayout.isUntied(path)) {
      for (String encoder : new String[] {ModelLayout.QUERY, ModelLayout.PASSAGE}) {
        if (!json) {
          out.println(encoder + ":");
        }
        report.set(encoder, inspect(path.resolve(encoder), out));
      }
    } else {
      report = inspect(path, out);
    }
    if (json) {
      out.println(Json.pretty(report));
    }
    return 0;
  }

  /** Prints for people, unless JSON was asked for, and returns the same for machines. */
  private ObjectNode inspect(Path path, PrintWriter out) throws IOException {
    ObjectNode report = Json.object();
    Path folder = Files.isDirectory(path) ? path : null;
    try (TensorSource weights = Checkpoint.open(folder == null ? path : encoder(folder, report))) {
      report.put("file", weights.file().toString());
      report.put("format", weights.format());
      long parameters = 0;
      ArrayNode tensors = report.putArray("tensors");
      for (TensorInfo tensor : weights.tensors().values()) {
        parameters += tensor.elements();
        ObjectNode row = tensors.addObject();
        row.put("name", tensor.name());
        row.put("dtype", tensor.dtype().torchName());
        ArrayNode shape = row.putArray("shape");
        for (long dimension : tensor.shape()) {
          shape.add(dimension);
        }
        row.put("bytes", tensor.byteCount());
        row.put("offset", tensor.offset());
      }
      report.put("elements", parameters);
      if (!json) {
        table(weights, parameters, out);
      }
    }
    if (folder != null) {
      settings(folder, report, out);
    }
    return report;
  }

  private static void table(TensorSource weights, long parameters, PrintWriter out) {
    int width = weights.tensors().keySet().stream().mapToInt(String::length).max().orElse(4);
    String row = "%-" + Math.max(4, width) + "s  %-9s %-16s %12s%n";
    out.printf(Locale.ROOT, row, "name", "dtype", "shape", "bytes");
    for (TensorInfo tensor : weights.tensors().values()) {
      out.printf(
          Locale.ROOT,
          row,
          tensor.name(),
          tensor.dtype().torchName(),
          tensor.shapeText(),
          tensor.byteCount());
    }
    out.printf(
        Locale.ROOT,
        "%s: %s, %d tensors, %,d elements%n",
        weights.file(),
        weights.format(),
        weights.tensors().size(),
        parameters);
  }

  /** The folder of the weights. What convert would refuse is shown all the same, with a note. */
  private static Path encoder(Path folder, ObjectNode report) throws IOException {
    try {
      return SentenceTransformersConfig.read(folder).transformer();
    } catch (WeightFormatException e) {
      report.put("unsupported", e.getMessage());
      return folder;
    }
  }

  private void settings(Path folder, ObjectNode report, PrintWriter out) throws IOException {
    Path configFile = encoder(folder, report).resolve("config.json");
    if (Files.exists(configFile)) {
      try {
        BertConfig config = BertConfig.read(configFile);
        report.set("config", Json.STRICT.valueToTree(config));
        if (!json) {
          out.printf(
              Locale.ROOT,
              "BERT: %d layers of %d with %d heads, intermediate %d, %d positions, %,d tokens%n",
              config.layers(),
              config.hiddenSize(),
              config.heads(),
              config.intermediateSize(),
              config.maxPositions(),
              config.vocabSize());
        }
      } catch (WeightFormatException e) {
        report.put("unsupported", e.getMessage());
      }
    }
    if (report.has("unsupported") && !json) {
      out.println("unsupported: " + report.get("unsupported").asText());
    }
    if (Files.exists(folder.resolve(ModelManifest.FILE_NAME))) {
      ModelManifest manifest = ModelManifest.read(folder);
      report.set("manifest", manifest.json());
      if (!json) {
        out.println(Json.pretty(manifest.json()));
      }
    }
  }
}
