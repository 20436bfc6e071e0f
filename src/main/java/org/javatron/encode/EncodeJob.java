package org.javatron.encode;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import org.javatron.data.CorpusReader;
import org.javatron.embeddings.EmbeddingsHeader;
import org.javatron.embeddings.EmbeddingsWriter;
import org.javatron.embeddings.Shard;
import org.javatron.io.InputException;
import org.javatron.io.Progress;
import org.javatron.io.Sha256;
import org.javatron.kernels.Kernels;
import org.javatron.model.Encoder;
import org.javatron.model.TextEncoder;
import org.javatron.tokenize.BertTokenizer;
import org.javatron.weights.BertConfig;
import org.javatron.weights.ModelLayout;
import org.javatron.weights.ModelManifest;

/**
 * One run of {@code encode}: a collection in, a folder of embeddings out.
 *
 * <p>The rows are counted first, so that the shard's bounds, the time left and the file's header
 * are known. Memory is the model's, the encoder's buffers and two chunks of {@link
 * CorpusEncoder#chunkRows} rows; it does not grow with the collection.
 */
public final class EncodeJob {
  private final EncodeSettings settings;
  private final PrintWriter log;

  /**
   * A run to be started with {@link #run}.
   *
   * @param settings what to encode
   * @param log where progress and notes go; the caller closes it
   */
  public EncodeJob(EncodeSettings settings, PrintWriter log) {
    this.settings = settings;
    this.log = log;
  }

  /**
   * Encodes what is not encoded yet.
   *
   * @return what was done
   * @throws IOException if the model, the corpus or the output is not as it must be; whole chunks
   *     written so far are kept and the same command continues after them
   * @throws IllegalArgumentException if this build or this machine cannot run the kernels
   */
  public EncodeSummary run() throws IOException {
    Kernels.require(settings.encoder().kernels());
    // A wrong model is said at once: counting a large collection takes minutes.
    Path model = Encoder.sideDirectory(settings.model(), settings.side());
    ModelManifest.read(model);
    settings.encoder().kernels().requireServing(BertConfig.read(model.resolve("config.json")));
    long total = CorpusReader.count(settings.input());
    if (total == 0) {
      throw new InputException(
          "there are no " + settings.unit() + " in " + settings.input().get(0));
    }
    Shard shard = new Shard(settings.shard(), settings.shards(), total);
    Path output = shard.directory(settings.output());
    BertTokenizer tokenizer = BertTokenizer.load(model);
    try (Encoder encoder = Encoder.open(settings.model(), settings.side(), settings.encoder())) {
      SequenceBuilder builder =
          SequenceBuilder.of(
              tokenizer,
              encoder.manifest(),
              settings.side(),
              encoder.maxPositions(),
              settings.maxLength(),
              settings.separator());
      EmbeddingsHeader header =
          new EmbeddingsHeader(
              shard, encoder.dim(), settings.type(), describe(encoder.manifest(), builder));
      // Only now, when model, corpus and lengths have proved right, may old work be given up.
      if (settings.force() && !EmbeddingsWriter.canContinue(output, header)) {
        EmbeddingsWriter.discard(output);
      }
      try (EmbeddingsWriter writer = EmbeddingsWriter.open(output, header)) {
        if (writer.rowsWritten() > 0) {
          log.printf(
              Locale.ROOT,
              "%s: continuing after %d of %d %s%n",
              output,
              writer.rowsWritten(),
              shard.rows(),
              settings.unit());
        }
        encoder.gpu().ifPresent(gpu -> log.println("computing on " + gpu));
        long chunkBytes =
            2L * CorpusEncoder.chunkRows(encoder) * (4L * encoder.dim() + 4L * builder.maxLength());
        log.printf(
            Locale.ROOT,
            "encoding %d %s needs %d MB outside the heap and %d MB in it, at any size%n",
            shard.rows() - writer.rowsWritten(),
            settings.unit(),
            encoder.memoryBytes() >> 20,
            (chunkBytes >> 20) + 1);
        log.flush();
        long begun = System.nanoTime();
        CorpusEncoder.Totals totals = encode(encoder, builder, shard, writer);
        writer.finish();
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new EncodeSummary(
            output, shard.rows(), totals.rows(), totals.tokens(), totals.truncated(), seconds);
      }
    }
  }

  private CorpusEncoder.Totals encode(
      TextEncoder encoder, SequenceBuilder builder, Shard shard, EmbeddingsWriter writer)
      throws IOException {
    long done = writer.rowsWritten();
    try (Progress progress =
            Progress.console(log, "encoding", done, shard.rows(), settings.unit());
        ChunkReader reader =
            new ChunkReader(
                settings.titles()
                    ? CorpusReader.open(settings.input())
                    : CorpusReader.withoutTitles(settings.input()),
                builder,
                shard.firstRow() + done,
                shard.rows() - done,
                CorpusEncoder.chunkRows(encoder),
                settings.encoder().kernels().threads())) {
      return new CorpusEncoder(encoder).encode(reader, writer, progress);
    }
  }

  /** One hash for a whole model: the two encoders of an untied pair are made to be compared. */
  private String modelHash(ModelManifest manifest) throws IOException {
    Path model = settings.model();
    if (!ModelLayout.isUntied(model)) {
      return manifest.weightsSha256();
    }
    String query = ModelManifest.read(ModelLayout.queryEncoder(model)).weightsSha256();
    String passage = ModelManifest.read(ModelLayout.passageEncoder(model)).weightsSha256();
    byte[] both = (query + "\n" + passage + "\n").getBytes(StandardCharsets.US_ASCII);
    return HexFormat.of().formatHex(Sha256.digest().digest(both));
  }

  /** The settings that shape the vectors: whoever searches compares them. */
  private ObjectNode describe(ModelManifest manifest, SequenceBuilder builder) throws IOException {
    ObjectNode made =
        JsonNodeFactory.instance
            .objectNode()
            .put("model_sha256", modelHash(manifest))
            .put("tokenizer_sha256", TokenizerHash.of(builder.tokenizer()))
            .put("pooling", lower(manifest.pooling()))
            .put("normalize", manifest.normalize())
            .put("precision", lower(settings.encoder().kernels().precision()))
            .put("max_length", builder.maxLength())
            .put("separator", builder.separator())
            .put("side", lower(settings.side()));
    return settings.titles() ? made : made.put("titles", false);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
