package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javatron.testing.Peers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelManifestTest {
  @TempDir Path folder;

  private static ModelManifest manifest() {
    return new ModelManifest(
        Pooling.MEAN,
        true,
        32,
        256,
        " \"[SEP]\" ",
        "0123456789abcdef".repeat(4),
        new Provenance("some/model", "abc", "safetensors", 256, "javatron 1"));
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    manifest().write(folder);
    assertEquals(manifest(), ModelManifest.read(folder));
  }

  @Test
  void theExampleInTheDocumentationIsRead() throws IOException {
    String page = Files.readString(Peers.root().resolve("docs/formats.md"));
    Matcher example = Pattern.compile("```json model\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertTrue(example.find());
    Files.writeString(folder.resolve(ModelManifest.FILE_NAME), example.group(1));
    ModelManifest manifest = ModelManifest.read(folder);
    assertEquals(ConvertOptions.QUERY_MAX_LENGTH, manifest.queryMaxLength());
    assertEquals(ConvertOptions.PASSAGE_MAX_LENGTH, manifest.passageMaxLength());
    assertEquals(ConvertOptions.SEPARATOR, manifest.separator());
    manifest.write(folder);
    assertEquals(example.group(1), Files.readString(folder.resolve(ModelManifest.FILE_NAME)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\" : 1|\"version\" : 2|version should be 1, found 2; convert the model again with"
            + " this release",
        "\"pooling\"|\"polling\"|there is no pooling",
        "\"mean\"|\"max\"|pooling should be cls or mean, found \"max\"",
        "\"normalize\" : true|\"normalize\" : \"yes\"|normalize should be true or false, found"
            + " \"yes\"",
        "\"passage_max_length\" : 256|\"passage_max_length\" : 2|passage_max_length should be at"
            + " least 3 ([CLS], a token, [SEP]), found 2",
        "\"passage_max_length\" : 256|\"passage_max_length\" : \"x\"|passage_max_length should be"
            + " a whole number, found \"x\"",
        "0123456789abcdef0|0|weights_sha256 should be 64 hexadecimal digits, found"
            + " \"0123456789abcdef0123456789abcdef0123456789abcdef\"",
      })
  void refuses(String text, String replacement, String sentence) throws IOException {
    manifest().write(folder);
    Path file = folder.resolve(ModelManifest.FILE_NAME);
    String json = Files.readString(file);
    int at = json.indexOf(text);
    Files.writeString(
        file, json.substring(0, at) + replacement + json.substring(at + text.length()));
    var error = assertThrows(WeightFormatException.class, () -> ModelManifest.read(folder));
    assertEquals(file + ": " + sentence, error.getMessage());
  }
}
