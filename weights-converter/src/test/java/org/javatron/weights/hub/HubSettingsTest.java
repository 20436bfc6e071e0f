package org.javatron.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.javatron.io.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class HubSettingsTest {
  private static HubSettings of(String... variables) throws InputException {
    Map<String, String> environment = new java.util.HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return HubSettings.fromEnvironment(environment);
  }

  @Test
  void anEmptyEnvironmentGivesTheDefaults() throws InputException {
    HubSettings settings = of("HF_TOKEN", "", "HF_ENDPOINT", " ");
    assertEquals(URI.create("https://huggingface.co"), settings.endpoint());
    assertEquals(Optional.empty(), settings.token());
    assertEquals(
        Path.of(System.getProperty("user.home"), ".cache", "javatron", "hub"), settings.cache());
    assertFalse(settings.offline());
  }

  @Test
  void variablesSetEverything() throws InputException {
    HubSettings settings =
        of(
            "HF_ENDPOINT",
            "http://mirror:8080/",
            "HF_TOKEN",
            "hf_abc\n",
            "HF_HUB_OFFLINE",
            "1",
            "XDG_CACHE_HOME",
            "unused",
            "JAVATRON_CACHE",
            "here");
    assertEquals(URI.create("http://mirror:8080"), settings.endpoint());
    assertEquals(Optional.of("hf_abc"), settings.token());
    assertTrue(settings.offline());
    assertEquals(Path.of("here", "hub"), settings.cache());
    assertEquals(Path.of("xdg", "javatron", "hub"), of("XDG_CACHE_HOME", "xdg").cache());
    assertFalse(of("HF_HUB_OFFLINE", "0").offline());
  }

  @Test
  void theTokenIsNeverPrinted() throws InputException {
    assertFalse(of("HF_TOKEN", "hf_abc").toString().contains("hf_abc"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"huggingface.co", "ftp://x", "http://", "http://x?y", "http://a b"})
  void whatIsNoAddressIsRefused(String text) {
    String message = assertThrows(InputException.class, () -> of("HF_ENDPOINT", text)).getMessage();
    assertTrue(message.contains("HF_ENDPOINT must be an address"), message);
    assertTrue(message.contains("'" + text + "'"), message);
  }

  @Test
  void aTokenWithALineBreakInsideIsRefusedWithoutShowingIt() {
    String message =
        assertThrows(InputException.class, () -> of("HF_TOKEN", "hf_a\nhf_b")).getMessage();
    assertTrue(message.startsWith("HF_TOKEN must be one word"), message);
    assertFalse(message.contains("hf_a"), message);
  }

  @Command(name = "fetch")
  private static final class Fetch implements Runnable {
    @Mixin private HubOptions hub;

    @Override
    public void run() {}
  }

  private static HubOptions parse(String... arguments) {
    Fetch fetch = new Fetch();
    new CommandLine(fetch).parseArgs(arguments);
    return fetch.hub;
  }

  @Test
  void optionsOverrideTheEnvironment() throws IOException {
    HubOptions options =
        parse(
            "--revision=refs/pr/1", "--cache=models", "--offline", "--endpoint=http://mirror:80/");
    assertEquals("refs/pr/1", options.revision());
    assertEquals(Path.of("models"), options.settings().cache());
    assertEquals(URI.create("http://mirror:80"), options.settings().endpoint());
    assertTrue(options.settings().offline());
  }

  @Test
  void withoutOptionsTheEnvironmentCounts() throws IOException {
    assertEquals("main", parse().revision());
    assertEquals(HubSettings.fromEnvironment(System.getenv()), parse().settings());
    assertTrue(
        assertThrows(IOException.class, () -> parse("--endpoint=mirror").settings())
            .getMessage()
            .startsWith("--endpoint must be an address"));
  }
}
