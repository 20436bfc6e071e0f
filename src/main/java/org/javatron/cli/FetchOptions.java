package org.javatron.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.javatron.fetch.Downloader;
import org.javatron.fetch.FetchListener;
import org.javatron.fetch.Sources;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the subcommands that fetch a collection have in common. */
final class FetchOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the files; made if missing.")
  Path output;

  @Option(
      names = "--from",
      paramLabel = "URL",
      description =
          "Address of a folder with the files, such as a mirror, in place of the built-in"
              + " addresses; may be given several times: the next is tried where one fails.")
  private List<URI> from = List.of();

  @Option(names = "--force", description = "Make anew what is made of the downloads.")
  boolean force;

  Sources sources() {
    for (URI address : from) {
      boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      if (!http || address.getHost() == null || address.getQuery() != null) {
        throw new ParameterException(
            spec.commandLine(), "--from must be an http or https address, not '" + address + "'");
      }
    }
    return Sources.of(from);
  }

  Downloader downloader() {
    return Downloader.of(FetchListener.console(spec.commandLine().getErr()));
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
