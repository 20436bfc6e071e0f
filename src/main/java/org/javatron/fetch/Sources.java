package org.javatron.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.javatron.io.InputException;

/** Which files the collections consist of and where they lie: {@code sources.json}. */
public final class Sources {
  private static final String ZIP = ".zip";

  private final JsonNode root;
  private final List<URI> from;

  /** Tests have lists of their own. */
  Sources(JsonNode root, List<URI> from) {
    this.root = root;
    this.from = from;
  }

  /**
   * The built-in list.
   *
   * @param from addresses of folders that are asked in place of the built-in ones, each file by its
   *     name; empty for those
   * @return the list
   */
  public static Sources of(List<URI> from) {
    try (InputStream in = Sources.class.getResourceAsStream("sources.json")) {
      return new Sources(new ObjectMapper().readTree(in), List.copyOf(from));
    } catch (IOException e) {
      throw new IllegalStateException("sources.json is part of the program", e);
    }
  }

  /**
   * A file of MS MARCO's passage ranking.
   *
   * @param name such as {@code marco.tar.gz}
   * @return where it lies
   * @throws IllegalArgumentException if the list has no such file
   */
  public Source marco(String name) {
    Source source = find(name);
    if (source == null) {
      throw new IllegalArgumentException("sources.json has no " + name);
    }
    return source;
  }

  /**
   * How many passages MS MARCO has.
   *
   * @return their number
   */
  public long marcoPassages() {
    return root.required("marcoPassages").longValue();
  }

  /**
   * The archive of a collection of BEIR.
   *
   * @param name its name there, such as {@code scifact}
   * @return where it lies, with its published MD5
   * @throws InputException if BEIR publishes no such archive
   */
  public Source beir(String name) throws InputException {
    Source source = find(name + ZIP);
    if (source == null) {
      throw new InputException(
          "BEIR publishes no archive '%s'; it has %s."
              .formatted(name, String.join(", ", beirNames())));
    }
    return source;
  }

  /**
   * The collections of BEIR whose archives are published.
   *
   * @return their names, in alphabetical order
   */
  public List<String> beirNames() {
    List<String> names = new ArrayList<>();
    for (JsonNode group : root.required("files")) {
      group.required("names").fieldNames().forEachRemaining(names::add);
    }
    return names.stream()
        .filter(name -> name.endsWith(ZIP))
        .map(name -> name.substring(0, name.length() - ZIP.length()))
        .sorted()
        .toList();
  }

  private Source find(String name) {
    for (JsonNode group : root.required("files")) {
      JsonNode file = group.required("names").get(name);
      if (file != null) {
        List<URI> folders = new ArrayList<>(from);
        if (folders.isEmpty()) {
          group.required("from").forEach(folder -> folders.add(URI.create(folder.textValue())));
        }
        return new Source(
            name,
            folders.stream().map(folder -> inFolder(folder, name)).toList(),
            file.path("md5").textValue());
      }
    }
    return null;
  }

  private static URI inFolder(URI folder, String name) {
    String text = folder.toString();
    return URI.create(text.endsWith("/") ? text + name : text + "/" + name);
  }
}
