package org.javatron.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A program of its own, since locale and encoding are the whole process's. */
class ForeignLocaleTest {
  /** Prints what a careless line of code would print. */
  @Command(name = "print")
  static final class Print implements Callable<Integer> {
    @Spec private CommandSpec spec;

    public static void main(String[] arguments) {
      CommandRunner.main(new Print(), arguments);
    }

    @Override
    public Integer call() {
      spec.commandLine().getOut().print("%.1f %d \u00e9\n".formatted(1.5, 42));
      spec.commandLine().getOut().flush();
      spec.commandLine().getErr().print("%d \u00e9\n".formatted(7));
      spec.commandLine().getErr().flush();
      return 3;
    }
  }

  @Test
  void digitsAndLettersAreTheSameEverywhere() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.language=ar",
                "-Duser.country=EG",
                "-Dfile.encoding=ISO-8859-1",
                "-cp",
                System.getProperty("java.class.path"),
                Print.class.getName())
            .start();
    byte[] out = process.getInputStream().readAllBytes();
    byte[] err = process.getErrorStream().readAllBytes();
    assertEquals(3, process.waitFor());
    assertEquals("1.5 42 \u00e9\n", new String(out, StandardCharsets.UTF_8));
    assertEquals("7 \u00e9\n", new String(err, StandardCharsets.UTF_8));
  }
}
