package org.javatron.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectCommandTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "safetensors/model.safetensors, safetensors, 39",
    "safetensors-shards/model.safetensors.index.json, 'safetensors, 3 shards', 39",
    "torch-zip/pytorch_model.bin, PyTorch zip, 39",
    "torch-shards, 'PyTorch zip, 3 shards', 39",
    "torch-legacy/pytorch_model.bin, PyTorch legacy, 45",
    "torch-deflated/pytorch_model.bin, PyTorch zip, 39",
  })
  void everyFormAsFolderOrFile(String path, String format, int tensors) throws IOException {
    Golden.Result result = Golden.run("inspect", "--model", Golden.form(path), "--json");
    assertEquals(0, result.code(), result.err());
    JsonNode report = Json.STRICT.readTree(result.out());
    assertEquals(format, report.get("format").asText());
    assertEquals(tensors, report.get("tensors").size());
    Golden.Result table = Golden.run("inspect", "--model", Golden.form(path));
    assertTrue(
        table.out().matches("(?s).*word_embeddings.weight +float32 +\\[33, 16\\] +2112\n.*"),
        table.out());
    assertTrue(table.out().contains(": " + format + ", " + tensors + " tensors, "), table.out());
  }

  @Test
  void aModelDirectoryShowsItsConfigurationAndManifest() throws IOException {
    Golden.convert(Golden.form("sentence-transformers"), folder.resolve("m"));
    Golden.Result result = Golden.run("inspect", "--model", folder.resolve("m"), "--json");
    JsonNode report = Json.STRICT.readTree(result.out());
    assertEquals(16, report.get("config").get("hiddenSize").asInt());
    assertEquals("mean", report.get("manifest").get("pooling").asText());
    assertEquals(5696, report.get("elements").asInt());
    String text = Golden.run("inspect", "--model", folder.resolve("m")).out();
    assertTrue(text.contains("BERT: 2 layers of 16 with"), text);
    assertTrue(text.contains("\"pooling\" : \"mean\""), text);
  }

  @Test
  void anUntiedPairShowsBoth() throws IOException {
    String text = Golden.run("inspect", "--model", Golden.form("untied")).out();
    assertTrue(text.startsWith("query_model:\n"), text);
    assertTrue(text.contains("\npassage_model:\n"), text);
    JsonNode report =
        Json.STRICT.readTree(
            Golden.run("inspect", "--model", Golden.form("untied"), "--json").out());
    assertEquals(39, report.get("passage_model").get("tensors").size());
  }

  @Test
  void whatConvertRefusesIsShownAllTheSame() throws IOException {
    Path model = Golden.copy("torch-zip", folder.resolve("roberta"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"roberta\"}");
    Golden.Result result = Golden.run("inspect", "--model", model);
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains(": PyTorch zip, 39 tensors"), result.out());
    assertTrue(
        result.out().contains("unsupported: " + model.resolve("config.json") + ": not a BERT"),
        result.out());
    JsonNode report = Json.STRICT.readTree(Golden.run("inspect", "--model", model, "--json").out());
    assertTrue(report.has("unsupported") && !report.has("config"), report.toString());
  }

  @Test
  void aFileThatIsNoneFailsInOneSentence() {
    Golden.Result result = Golden.run("inspect", "--model", Golden.form("safetensors/vocab.txt"));
    assertEquals(1, result.code());
    assertEquals(1, result.err().lines().count());
    assertTrue(result.err().contains("not a safetensors file"), result.err());
  }

  @Test
  void versionAndHelp() {
    assertTrue(Golden.run("--version").out().startsWith("weights-converter "));
    assertTrue(Golden.run().out().contains("convert"));
    assertTrue(Golden.run("inspect", "--help").out().contains("--json"));
  }
}
