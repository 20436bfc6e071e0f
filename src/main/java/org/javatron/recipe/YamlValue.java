package org.javatron.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javatron.io.InputException;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A value of a YAML file that knows its line, so that errors can name it. Scalars are texts: what
 * they mean is their reader's to say, so nobody's {@code no} becomes false.
 */
final class YamlValue {
  private final Path file;
  private final Node node;

  private YamlValue(Path file, Node node) {
    this.file = file;
    this.node = node;
  }

  /** The one document of a file. */
  static YamlValue read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": expected a recipe, a YAML file, found a folder");
    }
    LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
    try (InputStream in = Files.newInputStream(file)) {
      Node node = new Compose(settings).composeInputStream(in).orElse(null);
      if (node == null) {
        throw new InputException(file + ": expected a recipe, found nothing");
      }
      return new YamlValue(file, node);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": there is no such file", e);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new InputException(file + ":" + line + ": expected YAML, but " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new InputException(file + ": expected YAML, but " + e.getMessage(), e);
    }
  }

  /** The line it begins in, from 1. */
  int line() {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  /** A map in the order of the file; no key may come twice. */
  Map<String, YamlValue> map(String what) throws InputException {
    if (!(node instanceof MappingNode map)) {
      throw error("expected " + what + " as names with values, found " + kind());
    }
    Map<String, YamlValue> values = new LinkedHashMap<>();
    for (NodeTuple entry : map.getValue()) {
      YamlValue key = new YamlValue(file, entry.getKeyNode());
      String name = key.text("a name");
      if (values.put(name, new YamlValue(file, entry.getValueNode())) != null) {
        throw key.error("expected each name once, found \"" + name + "\" again");
      }
    }
    return values;
  }

  /** A map that has these names and no others; the required ones are there. */
  Map<String, YamlValue> fields(String what, List<String> required, List<String> optional)
      throws InputException {
    Map<String, YamlValue> fields = map(what);
    for (Map.Entry<String, YamlValue> field : fields.entrySet()) {
      if (!required.contains(field.getKey()) && !optional.contains(field.getKey())) {
        List<String> all = new ArrayList<>(required);
        all.addAll(optional);
        throw field
            .getValue()
            .error(
                "expected a field of "
                    + what
                    + " ("
                    + String.join(", ", all)
                    + "), found \""
                    + field.getKey()
                    + "\"");
      }
    }
    for (String name : required) {
      if (!fields.containsKey(name)) {
        throw error("expected the field \"" + name + "\" of " + what + ", found none");
      }
    }
    return fields;
  }

  List<YamlValue> list(String what) throws InputException {
    if (!(node instanceof SequenceNode list)) {
      throw error("expected a list of " + what + ", found " + kind());
    }
    return list.getValue().stream().map(item -> new YamlValue(file, item)).toList();
  }

  boolean isList() {
    return node instanceof SequenceNode;
  }

  String text(String what) throws InputException {
    if (node instanceof ScalarNode scalar) {
      boolean block =
          scalar.getScalarStyle() == ScalarStyle.FOLDED
              || scalar.getScalarStyle() == ScalarStyle.LITERAL;
      // A block ends with the line's end; a quoted blank is meant.
      return block ? scalar.getValue().strip() : scalar.getValue();
    }
    throw error("expected " + what + ", found " + kind());
  }

  /** A text that has at least one character. */
  String word(String what) throws InputException {
    String text = text(what);
    if (text.isEmpty()) {
      throw error("expected " + what + ", found nothing");
    }
    return text;
  }

  double number(String what) throws InputException {
    String text = text(what);
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new InputException(
          place() + ": expected " + what + " as a number, found \"" + text + "\"", e);
    }
    throw error("expected " + what + " as a finite number, found \"" + text + "\"");
  }

  private String kind() {
    return node instanceof MappingNode
        ? "names with values"
        : node instanceof SequenceNode
            ? "a list"
            : "\"" + ((ScalarNode) node).getValue().strip() + "\"";
  }

  private String place() {
    return file + ":" + line();
  }

  InputException error(String sentence) {
    return new InputException(place() + ": " + sentence);
  }
}
