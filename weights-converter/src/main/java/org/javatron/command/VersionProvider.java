package org.javatron.command;

import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The version from the manifest of the jar that holds the top command, with the Java it runs on.
 */
public final class VersionProvider implements IVersionProvider {
  @Spec private CommandSpec spec;

  /** Made by picocli. */
  public VersionProvider() {}

  @Override
  public String[] getVersion() {
    CommandSpec top = spec.root();
    String version = top.userObject().getClass().getPackage().getImplementationVersion();
    return new String[] {
      top.name() + " " + (version == null ? "(unpackaged)" : version),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name")
    };
  }
}
