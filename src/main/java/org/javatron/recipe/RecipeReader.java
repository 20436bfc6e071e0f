package org.javatron.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.io.InputException;
import org.javatron.recipe.Recipe.Expectation;
import org.javatron.recipe.Recipe.Needs;
import org.javatron.recipe.Recipe.Setting;
import org.javatron.recipe.Recipe.Stage;

/** From YAML to a {@link Recipe}. */
final class RecipeReader {
  private static final String NAME = "[a-z0-9][a-z0-9.-]*";

  private RecipeReader() {}

  static Recipe read(Path file) throws IOException {
    Map<String, YamlValue> fields =
        YamlValue.read(file)
            .fields(
                "a recipe",
                List.of("name", "description", "stages"),
                List.of("measured", "machine", "variables", "expect"));
    Map<String, Setting> machine = settings(fields.get("machine"), "machine");
    Map<String, Setting> variables = settings(fields.get("variables"), "variables");
    for (Map.Entry<String, Setting> variable : variables.entrySet()) {
      if (machine.containsKey(variable.getKey())) {
        throw new InputException(
            "%s:%d: expected names that \"machine\" has not, found \"%s\""
                .formatted(file, variable.getValue().line(), variable.getKey()));
      }
    }
    List<Stage> stages = stages(fields.get("stages"));
    YamlValue measured = fields.get("measured");
    return new Recipe(
        file,
        name(fields.get("name"), "the recipe's name"),
        oneLine(fields.get("description").word("a description")),
        measured == null ? null : oneLine(measured.word("what was measured")),
        variables,
        machine,
        stages,
        expectations(fields.get("expect"), stages));
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private static String name(YamlValue value, String what) throws InputException {
    String name = value.word(what);
    if (!name.matches(NAME)) {
      throw value.error(
          "expected "
              + what
              + " of small letters, digits, dots and dashes, found \""
              + name
              + "\"");
    }
    return name;
  }

  private static Map<String, Setting> settings(YamlValue value, String what) throws InputException {
    Map<String, Setting> settings = new LinkedHashMap<>();
    if (value != null) {
      for (Map.Entry<String, YamlValue> entry : value.map(what).entrySet()) {
        YamlValue setting = entry.getValue();
        if (!entry.getKey().matches(NAME) || Variables.BUILT_IN.contains(entry.getKey())) {
          throw setting.error(
              "expected a variable's name of small letters, digits, dots and dashes, not one of %s, found \"%s\""
                  .formatted(String.join(", ", Variables.BUILT_IN), entry.getKey()));
        }
        settings.put(entry.getKey(), new Setting(setting.line(), setting.text("a value")));
      }
    }
    return settings;
  }

  private static List<Stage> stages(YamlValue value) throws InputException {
    List<Stage> stages = new ArrayList<>();
    for (YamlValue item : value.list("stages")) {
      Map<String, YamlValue> fields =
          item.fields("a stage", List.of("name", "command"), List.of("options", "inputs", "needs"));
      String name = name(fields.get("name"), "a stage's name");
      if (stages.stream().anyMatch(stage -> stage.name().equals(name))) {
        throw item.error("expected each stage's name once, found \"" + name + "\" again");
      }
      stages.add(
          new Stage(
              name,
              item.line(),
              List.of(fields.get("command").word("a command").split("\\s+")),
              options(fields.get("options")),
              inputs(fields.get("inputs")),
              needs(fields.get("needs"))));
    }
    if (stages.isEmpty()) {
      throw value.error("expected stages, found none");
    }
    return stages;
  }

  /** {@code true} stands for an option without a value, a list for one with several. */
  private static Map<String, List<Setting>> options(YamlValue value) throws InputException {
    Map<String, List<Setting>> options = new LinkedHashMap<>();
    if (value != null) {
      for (Map.Entry<String, YamlValue> entry : value.map("options").entrySet()) {
        YamlValue option = entry.getValue();
        if (entry.getKey().startsWith("-")) {
          throw option.error(
              "expected an option's name without dashes, found \"" + entry.getKey() + "\"");
        }
        List<Setting> values = new ArrayList<>();
        for (YamlValue each : option.isList() ? option.list("values") : List.of(option)) {
          values.add(new Setting(each.line(), each.text("a value")));
        }
        boolean flag = !option.isList() && values.get(0).text().equals("true");
        options.put(entry.getKey(), flag ? List.of() : values);
      }
    }
    return options;
  }

  private static List<Setting> inputs(YamlValue value) throws InputException {
    List<Setting> inputs = new ArrayList<>();
    if (value != null) {
      for (YamlValue item : value.list("inputs")) {
        inputs.add(new Setting(item.line(), item.word("a file or folder")));
      }
    }
    return inputs;
  }

  private static Needs needs(YamlValue value) throws InputException {
    if (value == null) {
      return new Needs(0, 0, 0);
    }
    Map<String, YamlValue> fields =
        value.fields("needs", List.of(), List.of("disk", "memory", "time"));
    return new Needs(
        (long) amount(fields.get("disk"), Units.BYTES),
        (long) amount(fields.get("memory"), Units.BYTES),
        amount(fields.get("time"), Units.SECONDS));
  }

  private static double amount(YamlValue value, Map<String, Double> units) throws InputException {
    if (value == null) {
      return 0;
    }
    String text = value.word("an amount");
    double amount = Units.parse(text, units);
    if (Double.isNaN(amount)) {
      throw value.error(
          "expected a number and one of %s, such as \"1.5 %s\", found \"%s\""
              .formatted(
                  String.join(", ", units.keySet()), units.keySet().iterator().next(), text));
    }
    return amount;
  }

  private static List<Expectation> expectations(YamlValue value, List<Stage> stages)
      throws InputException {
    List<Expectation> expectations = new ArrayList<>();
    for (YamlValue item : value == null ? List.<YamlValue>of() : value.list("expectations")) {
      Map<String, YamlValue> fields =
          item.fields(
              "an expectation",
              List.of("stage", "metric"),
              List.of("value", "tolerance", "above", "by", "source"));
      boolean published = fields.containsKey("value");
      if (published == fields.containsKey("above")
          || published != fields.containsKey("tolerance")
          || published && fields.containsKey("by")) {
        throw item.error(
            "expected either \"value\" with \"tolerance\" or \"above\", with \"by\" if wanted");
      }
      expectations.add(
          new Expectation(
              item.line(),
              evaluation(fields.get("stage"), stages),
              fields.get("metric").word("a metric"),
              published ? Double.valueOf(fields.get("value").number("the figure")) : null,
              number(fields.get("tolerance"), "the tolerance"),
              published ? null : evaluation(fields.get("above"), stages),
              number(fields.get("by"), "the difference"),
              fields.containsKey("source")
                  ? oneLine(fields.get("source").word("the source"))
                  : null));
    }
    return expectations;
  }

  private static double number(YamlValue value, String what) throws InputException {
    return value == null ? 0 : value.number(what);
  }

  /** Figures come from {@code evaluate --json} alone. */
  private static String evaluation(YamlValue value, List<Stage> stages) throws InputException {
    String name = value.word("a stage's name");
    for (Stage stage : stages) {
      if (stage.name().equals(name)
          && stage.command().equals(List.of("evaluate"))
          && stage.options().containsKey("json")) {
        return name;
      }
    }
    throw value.error(
        "expected the name of a stage with the command evaluate and the option json, found \""
            + name
            + "\"");
  }
}
