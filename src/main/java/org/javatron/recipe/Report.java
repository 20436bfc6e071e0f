package org.javatron.recipe;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.javatron.command.TypedCommand;
import org.javatron.data.RankingSamples;
import org.javatron.io.AtomicTextFile;
import org.javatron.recipe.Environment.Fact;
import org.javatron.recipe.RecipePlan.PlannedStage;
import org.javatron.recipe.RunState.StageState;
import org.javatron.train.Curve;
import org.javatron.train.TrainingHistory;
import org.javatron.train.TrainingLog;

/**
 * What came out of a run, as one HTML page that needs nothing else: scores beside the expected
 * ones, what each stage took, curves of trainings, rankings, the machine, hashes. The page is
 * {@code report.mustache} filled in; all texts are escaped by the template engine.
 */
final class Report {
  private static final String TEMPLATE = "report.mustache";

  private final RecipePlan plan;
  private final RunState state;
  private final List<Verdict> verdicts;
  private final List<RankingSamples.Sample> samples;

  /**
   * A report of a run whose stages are all done.
   *
   * @param samples rankings to show
   */
  Report(
      RecipePlan plan,
      RunState state,
      List<Verdict> verdicts,
      List<RankingSamples.Sample> samples) {
    this.plan = plan;
    this.state = state;
    this.verdicts = verdicts;
    this.samples = samples;
  }

  void write(Path file) throws IOException {
    try (AtomicTextFile target = AtomicTextFile.create(file)) {
      template().execute(page(), target.writer());
      target.commit();
    }
  }

  private static Template template() throws IOException {
    try (InputStream in = Report.class.getResourceAsStream(TEMPLATE);
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return Mustache.compiler()
          .escapeHTML(true)
          .nullValue("")
          .emptyStringIsFalse(true)
          .compile(reader);
    }
  }

  private Map<String, Object> page() throws IOException {
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("name", plan.recipe().name());
    page.put("description", plan.recipe().description());
    page.put("written", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    page.put("outcome", outcome());
    page.put("scores", verdicts.stream().map(Report::score).toList());
    page.put("changed", String.join(", ", plan.variables().changed()));
    page.put("stages", stages());
    page.put("total", total());
    page.put("trainings", trainings());
    page.put("samples", samples.stream().map(Report::sample).toList());
    page.put("facts", Environment.facts());
    page.put(
        "variables",
        plan.variables().values().entrySet().stream()
            .map(entry -> new Fact(entry.getKey(), entry.getValue()))
            .toList());
    page.put("recipe", plan.recipe().file().toString());
    return page;
  }

  private Map<String, Object> outcome() {
    long missed = count(Verdict.Outcome.FAILED);
    long judged = missed + count(Verdict.Outcome.PASSED);
    String text =
        judged == 0
            ? "no score was judged"
            : missed == 0
                ? "%d of %d scores as expected".formatted(judged, judged)
                : "%d of %d scores missed".formatted(missed, judged);
    return Map.of("text", text, "style", judged == 0 ? "open" : missed == 0 ? "passed" : "missed");
  }

  private long count(Verdict.Outcome outcome) {
    return verdicts.stream().filter(verdict -> verdict.outcome() == outcome).count();
  }

  private static Map<String, Object> score(Verdict verdict) {
    Map<String, Object> score = new LinkedHashMap<>();
    score.put("stage", verdict.expectation().stage());
    score.put("metric", verdict.expectation().metric());
    score.put("found", String.format(Locale.ROOT, "%.4f", verdict.found()));
    score.put("wanted", Verdicts.wanted(verdict));
    String above = verdict.expectation().above();
    score.put(
        "source",
        above == null
            ? verdict.expectation().source()
            : String.format(Locale.ROOT, "%s and %.4f more", above, verdict.expectation().by()));
    score.put("word", Verdicts.word(verdict));
    score.put(
        "style",
        switch (verdict.outcome()) {
          case PASSED -> "passed";
          case FAILED -> "missed";
          case NOT_COMPARABLE -> "open";
        });
    return score;
  }

  private List<Map<String, Object>> stages() {
    double longest = 1e-9;
    for (PlannedStage stage : plan.stages()) {
      longest = Math.max(longest, state.stages().get(stage.name()).seconds());
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (PlannedStage stage : plan.stages()) {
      StageState done = state.stages().get(stage.name());
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", stage.name());
      row.put("seconds", Units.seconds(done.seconds()));
      row.put("share", String.format(Locale.ROOT, "%.1f", 100 * done.seconds() / longest));
      row.put("cpu", Units.seconds(done.cpuSeconds()));
      row.put("memory", done.peakMemoryBytes() == null ? "" : Units.bytes(done.peakMemoryBytes()));
      row.put("disk", done.outputs().isEmpty() ? "" : Units.bytes(DryRun.bytes(done)));
      row.put("attempts", done.attempts() > 1 ? "begun " + done.attempts() + " times" : "");
      row.put("started", done.started());
      row.put("command", TypedCommand.of(done.command()));
      row.put("files", files(done));
      rows.add(row);
    }
    return rows;
  }

  private static List<Map<String, Object>> files(StageState done) {
    List<Map<String, Object>> files = new ArrayList<>();
    done.inputs().forEach((path, hash) -> files.add(file("reads", path, "", hash)));
    done.outputs()
        .forEach(
            (path, print) ->
                files.add(file("writes", path, Units.bytes(print.bytes()), print.sha256())));
    return files;
  }

  private static Map<String, Object> file(String verb, String path, String size, String hash) {
    return Map.of("verb", verb, "path", path, "size", size, "hash", hash);
  }

  private Map<String, Object> total() {
    double seconds = 0;
    double cpu = 0;
    long memory = 0;
    long disk = 0;
    for (PlannedStage stage : plan.stages()) {
      StageState done = state.stages().get(stage.name());
      seconds += done.seconds();
      cpu += done.cpuSeconds();
      memory = Math.max(memory, done.peakMemoryBytes() == null ? 0 : done.peakMemoryBytes());
      disk += DryRun.bytes(done);
    }
    return Map.of(
        "seconds", Units.seconds(seconds),
        "cpu", Units.seconds(cpu),
        "memory", memory == 0 ? "" : Units.bytes(memory),
        "disk", Units.bytes(disk));
  }

  private List<Map<String, Object>> trainings() throws IOException {
    List<Map<String, Object>> trainings = new ArrayList<>();
    for (PlannedStage stage : plan.stages()) {
      Path log = Path.of(stage.option("--output", "")).resolve(TrainingLog.FILE);
      if (stage.is("train") && Files.exists(log)) {
        TrainingHistory history = TrainingHistory.read(log);
        trainings.add(Map.of("name", stage.name(), "charts", charts(history)));
      }
    }
    return trainings;
  }

  private static List<Chart> charts(TrainingHistory history) {
    Curve loss = history.losses();
    Curve rate = history.learningRates();
    Curve mrr = history.heldOut();
    List<Chart> charts = new ArrayList<>();
    if (!loss.isEmpty()) {
      charts.add(Chart.loss(loss));
    }
    if (!mrr.isEmpty()) {
      charts.add(Chart.heldOut(mrr));
    }
    if (!rate.isEmpty()) {
      charts.add(Chart.rate(rate));
    }
    return charts;
  }

  private static Map<String, Object> sample(RankingSamples.Sample sample) {
    List<Map<String, Object>> passages = new ArrayList<>();
    for (RankingSamples.Passage passage : sample.passages()) {
      passages.add(
          Map.of(
              "rank",
              passage.rank(),
              "score",
              String.format(Locale.ROOT, "%.3f", passage.score()),
              "style",
              passage.relevant() ? "relevant" : "",
              "judged",
              passage.relevant() ? "judged relevant" : "",
              "title",
              passage.title() == null ? "" : passage.title(),
              "text",
              passage.text()));
    }
    String where =
        sample.judgedRank() == 0
            ? "no relevant passage among the first " + sample.depth()
            : "first relevant passage at rank " + sample.judgedRank();
    return Map.of("query", sample.query(), "where", where, "passages", passages);
  }
}
