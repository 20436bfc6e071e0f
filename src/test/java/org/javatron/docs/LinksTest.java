package org.javatron.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;

/**
 * Links of all pages lead to files and headings that are there, and a method that a link names, as
 * in {@code [`Pool.run`](.../Pool.java)}, is in its file.
 */
class LinksTest {
  private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)\\]\\(([^)\\s]+)\\)");
  private static final Pattern METHOD = Pattern.compile("`(\\w+)\\.(\\w+)`");

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String name : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
      pages.add(Peers.root().resolve(name));
    }
    try (Stream<Path> docs = Files.walk(Peers.root().resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int methods = 0;
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        String target = link.group(2);
        if (target.startsWith("http")) {
          continue;
        }
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        Matcher method = METHOD.matcher(link.group(1));
        boolean there = Files.exists(file);
        if (there && parts.length == 2) {
          there = headings(file).contains(parts[1]);
        }
        if (there && method.matches()) {
          methods++;
          there =
              file.getFileName().toString().equals(method.group(1) + ".java")
                  && Pattern.compile("\\b" + method.group(2) + "\\(")
                      .matcher(Files.readString(file))
                      .find();
        }
        if (!there) {
          broken.add(page.getFileName() + ": " + link.group());
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(methods >= 16, "lessons point at methods: " + methods);
  }

  /** The anchors that GitHub makes of a page's headings. */
  private static List<String> headings(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\w -]", "").replace(' ', '-'))
        .toList();
  }
}
