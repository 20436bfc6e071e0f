package org.javatron.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds the arrows of docs/architecture.md: a package may use those below it, never above. */
class LayersTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.javatron");

  private static String[] packages(String... names) {
    return java.util.Arrays.stream(names)
        .map(name -> "org.javatron." + name + "..")
        .toArray(String[]::new);
  }

  private static void mayNotUse(String from, String... forbidden) {
    noClasses()
        .that()
        .resideInAPackage("org.javatron." + from + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages(forbidden))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void arrowsGoOneWay() {
    List<List<String>> layers =
        List.of(
            List.of("io"),
            List.of("command", "http"),
            List.of("weights", "tokenize"),
            List.of("kernels"),
            List.of("ops"),
            List.of("model", "data", "embeddings"),
            List.of("encode", "search", "eval"),
            List.of("mine", "fetch", "explain"),
            List.of("train"),
            List.of("recipe"),
            List.of("cli"));
    for (int i = 0; i < layers.size(); i++) {
      String[] above = layers.stream().skip(i + 1).flatMap(List::stream).toArray(String[]::new);
      for (String layer : layers.get(i)) {
        if (above.length > 0) {
          mayNotUse(layer, above);
        }
      }
    }
  }

  @Test
  void searchAndEvalKnowArraysAndIdsNeverBert() {
    for (String layer : List.of("search", "eval")) {
      mayNotUse(layer, "model", "ops", "tokenize", "weights");
    }
  }

  @Test
  void rowsAreMadeOfFilesAndVectorsNeverOfBert() {
    mayNotUse("mine", "model", "ops", "weights", "encode");
  }

  @Test
  void tokenizerAndWeightsKnowNothingOfTheRest() {
    mayNotUse("tokenize", "weights", "kernels", "ops", "model", "data");
    mayNotUse("weights", "tokenize", "kernels", "ops", "model", "data");
  }

  @Test
  void theConverterHoldsNoNd4j() {
    noClasses()
        .that()
        .resideInAnyPackage(packages("weights", "io", "tokenize", "eval"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.bytedeco..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.javatron.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
