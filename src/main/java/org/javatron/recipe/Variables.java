package org.javatron.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.io.InputException;
import org.javatron.recipe.Recipe.Setting;

/**
 * What {@code {name}} stands for. {@code {work}} is the work folder, {@code {recipe}} the folder of
 * the recipe's file, {@code {processors}} their number; a variable may use those that stand before
 * it.
 */
final class Variables {
  static final List<String> BUILT_IN = List.of("work", "recipe", "processors");

  private static final Pattern USE = Pattern.compile("\\{([a-z0-9][a-z0-9.-]*)}");

  private final Recipe recipe;
  private final Map<String, String> values = new LinkedHashMap<>();

  /** The same without what differs between machines, of which the names stay in the text. */
  private final Map<String, String> portable = new LinkedHashMap<>();

  private final List<String> changed = new ArrayList<>();

  private Variables(Recipe recipe) {
    this.recipe = recipe;
  }

  /** The recipe's values, those replaced that the user has set. */
  static Variables of(Recipe recipe, Map<String, String> set, Path work) throws InputException {
    for (String name : set.keySet()) {
      if (!recipe.variables().containsKey(name) && !recipe.machine().containsKey(name)) {
        List<String> names = new ArrayList<>(recipe.variables().keySet());
        names.addAll(recipe.machine().keySet());
        throw new InputException(
            "--set "
                + name
                + ": expected a variable of "
                + recipe.file()
                + " ("
                + String.join(", ", names)
                + ")");
      }
    }
    Variables variables = new Variables(recipe);
    Path folder = recipe.file().toAbsolutePath().getParent();
    variables.values.put("work", work.toString());
    variables.values.put("recipe", shortest(folder).toString());
    int processors = Runtime.getRuntime().availableProcessors();
    variables.values.put("processors", Integer.toString(processors));
    variables.add(recipe.machine(), set, false);
    variables.add(recipe.variables(), set, true);
    return variables;
  }

  /** From the current folder on, if it lies there or near. */
  private static Path shortest(Path folder) {
    Path here = Path.of("").toAbsolutePath();
    if (!folder.getRoot().equals(here.getRoot())) {
      return folder;
    }
    Path relative = here.relativize(folder.normalize());
    if (relative.toString().isEmpty()) {
      return Path.of(".");
    }
    return relative.toString().length() < folder.toString().length() ? relative : folder;
  }

  private void add(Map<String, Setting> settings, Map<String, String> set, boolean decides)
      throws InputException {
    for (Map.Entry<String, Setting> setting : settings.entrySet()) {
      String name = setting.getKey();
      Setting given =
          set.containsKey(name)
              ? new Setting(setting.getValue().line(), set.get(name))
              : setting.getValue();
      String value = replaced(given, values);
      if (decides) {
        portable.put(name, replaced(given, portable));
        if (!value.equals(replaced(setting.getValue(), values))) {
          changed.add(name + "=" + value);
        }
      }
      values.put(name, value);
    }
  }

  /** All values by name, built-in ones left out. */
  Map<String, String> values() {
    Map<String, String> all = new LinkedHashMap<>(values);
    BUILT_IN.forEach(all::remove);
    return all;
  }

  /** The variables that were set to something else than the recipe says: {@code name=value}. */
  List<String> changed() {
    return List.copyOf(changed);
  }

  /** The text with all names replaced. */
  String resolve(Setting setting) throws InputException {
    return replaced(setting, values);
  }

  /** The text that is the same on every machine: what decides the result. */
  String portable(Setting setting) throws InputException {
    return replaced(setting, portable);
  }

  private String replaced(Setting setting, Map<String, String> by) throws InputException {
    Matcher use = USE.matcher(setting.text());
    StringBuilder text = new StringBuilder();
    while (use.find()) {
      String name = use.group(1);
      String value = by.get(name);
      boolean left = recipe.machine().containsKey(name) || BUILT_IN.contains(name);
      if (value == null && !(by == portable && left)) {
        throw new InputException(
            recipe.place(setting.line())
                + ": expected a variable that is defined before its use, found {"
                + name
                + "}");
      }
      value = value == null ? use.group() : value;
      use.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    use.appendTail(text);
    // "recipes/../data" is "data", however the recipe's folder was given.
    return by == values && setting.text().startsWith("{recipe}/")
        ? Path.of(text.toString()).normalize().toString()
        : text.toString();
  }
}
