package org.javatron.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;

/** Holds what CONTRIBUTING.md says of locales, encodings and the end of the process. */
class ConventionsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("org.javatron");

  @Test
  void caseDoesNotDependOnTheCountry() {
    noClasses().should().callMethod(String.class, "toLowerCase").check(CLASSES);
    noClasses().should().callMethod(String.class, "toUpperCase").check(CLASSES);
  }

  @Test
  void textDoesNotDependOnTheSystemsEncoding() {
    noClasses()
        .should()
        .callMethod(String.class, "getBytes")
        .orShould()
        .callConstructor(String.class, byte[].class)
        .orShould()
        .callMethod(Charset.class, "defaultCharset")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(FileReader.class, FileWriter.class)
        .check(CLASSES);
  }

  @Test
  void onlyACommandEndsTheProcessOrSpeaksToTheTerminal() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.javatron.command", "org.javatron.benchmarks..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(Throwable.class, "printStackTrace")
        .orShould()
        .callMethod(Throwable.class, "printStackTrace", PrintStream.class)
        .orShould()
        .callMethod(Throwable.class, "printStackTrace", PrintWriter.class)
        .check(CLASSES);
  }
}
