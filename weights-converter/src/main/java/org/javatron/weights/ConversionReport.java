package org.javatron.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What was done with a checkpoint's tensors, for people and for machines. */
record ConversionReport(
    String name,
    String format,
    TensorPlan plan,
    Map<String, Dtype> written,
    ModelManifest manifest,
    List<String> notes) {
  private static final int NAMED = 6;

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s: %s, %d tensors used, %,d parameters, written as %s%n",
        name,
        format,
        plan.used().size(),
        plan.parameters(),
        dtypes());
    plan.unused().forEach((why, names) -> out.println("  unused (" + why + "): " + shorten(names)));
    if (!plan.missing().isEmpty()) {
      out.println("  missing: " + shorten(plan.missing()) + " (retrieval does not use the pooler)");
    }
    out.printf(
        Locale.ROOT,
        "  pooling %s, %s, queries %d tokens, passages %d, separator \"%s\"%n",
        manifest.pooling().name().toLowerCase(Locale.ROOT),
        manifest.normalize() ? "normalized" : "not normalized",
        manifest.queryMaxLength(),
        manifest.passageMaxLength(),
        manifest.separator());
    notes.forEach(note -> out.println("  note: " + note));
    out.flush();
  }

  private static String shorten(List<String> names) {
    int shown = Math.min(names.size(), NAMED);
    return String.join(", ", names.subList(0, shown))
        + (shown < names.size() ? " and " + (names.size() - shown) + " more" : "");
  }

  private String dtypes() {
    Map<String, Integer> counts = new TreeMap<>();
    written.values().forEach(dtype -> counts.merge(dtype.torchName(), 1, Integer::sum));
    return counts.size() == 1 ? counts.keySet().iterator().next() : counts.toString();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("format", format);
    json.put("parameters", plan.parameters());
    json.put("dtype", dtypes());
    ObjectNode used = json.putObject("used");
    plan.used().forEach((canonical, tensor) -> used.put(canonical, tensor.name()));
    ObjectNode unused = json.putObject("unused");
    plan.unused()
        .forEach(
            (why, names) -> {
              var list = unused.putArray(why);
              names.forEach(list::add);
            });
    var missing = json.putArray("missing");
    plan.missing().forEach(missing::add);
    json.set("manifest", manifest.json());
    var notesNode = json.putArray("notes");
    notes.forEach(notesNode::add);
    return json;
  }
}
