package org.javatron.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.javatron.embeddings.EmbeddingType;
import org.javatron.embeddings.Embeddings;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.EncoderSettings;
import org.javatron.embeddings.FaissFile;
import org.javatron.embeddings.FaissWriter;
import org.javatron.embeddings.Shard;
import org.javatron.embeddings.TevatronWriter;
import org.javatron.embeddings.Vectors;
import org.javatron.io.InputException;
import org.javatron.search.Checks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code javatron embeddings}: vectors from one form into another. */
@Command(
    name = "embeddings",
    description = "Converts embeddings to Faiss's or Tevatron's files and back.",
    footer = {
      "",
      "Of Faiss the flat indexes are read and written: IndexFlatIP, IndexFlatL2, and either in an"
          + " IndexIDMap. Ids that are no whole numbers stand in a file beside the index, one a line,"
          + " named as the index with .ids behind it. Tevatron's files are pickles of a NumPy array and"
          + " a list of ids; nothing that a pickle asks for is run. Values keep their bits, unless"
          + " --dtype float16 rounds them.",
      "",
      "Example:",
      "  javatron embeddings --input E --output passages.faiss --to faiss"
    },
    mixinStandardHelpOptions = true)
final class EmbeddingsCommand implements Callable<Integer> {
  /** The forms that can be written. */
  enum Form {
    FOLDER,
    FAISS,
    TEVATRON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What Faiss shall compare by. */
  enum FaissMetric {
    IP,
    L2;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int CHUNK = 1 << 22;

  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Folders of embeddings, or one of Faiss's or Tevatron's files.")
  private List<Path> input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "PATH",
      description = "The folder or file to write.")
  private Path output;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORM",
      description = "What to write: ${COMPLETION-CANDIDATES}.")
  private Form to;

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      description =
          "What Faiss is to compare by: ${COMPLETION-CANDIDATES} (default: the input's, or ip).")
  private FaissMetric metric;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description =
          "How a folder's values are stored: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private EmbeddingType type;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    if (to != Form.FOLDER) {
      Outputs.check(output, force);
    }
    Vectors vectors = VectorsInput.open(input, "embeddings");
    if (vectors instanceof Embeddings folders) {
      EncoderSettings.requireAlike(folders); // the output has one manifest, or none
    }
    Checks.differentIds(vectors);
    String detail = write(vectors);
    spec.commandLine()
        .getErr()
        .printf(
            Locale.ROOT,
            "embeddings: %s: %d vectors of %d values%s%n",
            output,
            vectors.rows(),
            vectors.dim(),
            detail);
    return 0;
  }

  private String write(Vectors vectors) throws IOException {
    switch (to) {
      case FAISS:
        return switch (FaissWriter.write(vectors, innerProduct(vectors), output)) {
          case ROWS -> "";
          case NUMBERS -> " with their ids";
          case LINES -> ", ids in " + output + FaissFile.IDS_SUFFIX;
        };
      case TEVATRON:
        TevatronWriter.write(vectors, output);
        return "";
      default:
        writeFolder(vectors);
        return "";
    }
  }

  private boolean innerProduct(Vectors vectors) {
    if (metric == null) {
      return !(vectors instanceof FaissFile file) || file.innerProduct();
    }
    return metric == FaissMetric.IP;
  }

  private void writeFolder(Vectors vectors) throws IOException {
    if (vectors instanceof Embeddings source) {
      requireElsewhere(source);
    }
    if (force) {
      EmbeddingsWriter.discard(output);
    } else if (EmbeddingsWriter.isFinished(output)) {
      throw new InputException(output + " exists already: replace it with --force");
    }
    EmbeddingsHeader header =
        new EmbeddingsHeader(Shard.whole(vectors.rows()), vectors.dim(), type, settings(vectors));
    boolean whole = false;
    try (EmbeddingsWriter writer = EmbeddingsWriter.open(output, header)) {
      int chunk = Math.max(1, CHUNK / vectors.dim());
      for (long row = writer.rowsWritten(); row < vectors.rows(); row += chunk) {
        append(writer, vectors, row, (int) Math.min(chunk, vectors.rows() - row));
      }
      writer.finish();
      whole = true;
    } finally {
      if (!whole) {
        EmbeddingsWriter.discard(output);
      }
    }
  }

  private void requireElsewhere(Embeddings source) throws IOException {
    for (Path folder : source.directories()) {
      if (folder.toRealPath().equals(output.toAbsolutePath().normalize())) {
        throw new InputException(output + " is the input; expected another folder to write");
      }
    }
  }

  private static void append(EmbeddingsWriter writer, Vectors vectors, long row, int count)
      throws IOException {
    float[] values = new float[count * vectors.dim()];
    vectors.read(row, count, values, 0);
    List<String> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(vectors.id(row + i));
    }
    writer.append(values, ids);
  }

  /** What shaped the vectors, where that is known. */
  private static ObjectNode settings(Vectors vectors) {
    return vectors instanceof Embeddings source
        ? source.manifests().get(0).header().encoder()
        : JsonNodeFactory.instance.objectNode();
  }
}
