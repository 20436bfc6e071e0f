package org.javatron.explain;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.javatron.io.AtomicTextFile;

/**
 * An explanation as one HTML page that needs nothing beside itself: both texts with their words
 * coloured by what they move, and a table of them. Readable in light and dark mode and on paper.
 */
public final class ExplanationPage {
  private static final String TEMPLATE = "explanation.html";

  private ExplanationPage() {}

  /**
   * Writes the page.
   *
   * @param explanation what it shows
   * @param model how the model is named on it
   * @param file the page; replaced if it exists
   * @throws IOException if it cannot be written
   */
  public static void write(Explanation explanation, String model, Path file) throws IOException {
    Map<String, Object> page =
        Map.of(
            "model", model,
            "score", number("%.4f", explanation.score()),
            "texts",
                List.of(
                    text("Query", explanation.query()), text("Passage", explanation.passage())));
    try (Reader template =
            new InputStreamReader(
                ExplanationPage.class.getResourceAsStream(TEMPLATE), StandardCharsets.UTF_8);
        AtomicTextFile output = AtomicTextFile.create(file)) {
      Mustache.compiler().compile(template).execute(page, output.writer());
      output.commit();
    }
  }

  private static Map<String, Object> text(String name, ExplainedText text) {
    return Map.of(
        "name", name,
        "id", text.id() == null ? "" : text.id(),
        "tokens", text.tokens().size(),
        "truncated", text.truncated(),
        "words", text.words().stream().map(word -> word(text, word)).toList(),
        "strongest", text.strongest(Integer.MAX_VALUE).stream().map(w -> word(text, w)).toList());
  }

  private static Map<String, Object> word(ExplainedText text, Word word) {
    double strength = text.strength(word);
    return Map.of(
        "text", word.text(),
        "sign", strength < 0 ? "down" : "up",
        "strength", number("%.3f", Math.abs(strength)),
        "attribution", number("%+.4f", word.attribution()),
        "pieces",
            word.tokens().stream()
                .map(token -> token.piece() + " " + token.id())
                .collect(Collectors.joining(", ")));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
