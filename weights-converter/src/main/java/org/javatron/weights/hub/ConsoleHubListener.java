package org.javatron.weights.hub;

import java.io.PrintWriter;
import org.javatron.io.Progress;

/** One bar over all of a model's files. */
final class ConsoleHubListener implements HubListener {
  private final PrintWriter err;
  private Progress progress = Progress.none();

  ConsoleHubListener(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void started(String model, long done, long total) {
    String name = model.substring(model.indexOf('/') + 1);
    progress = Progress.console(err, "downloading " + name, done, total, "bytes");
  }

  @Override
  public void transferred(String file, long count) {
    progress.step(count);
  }

  @Override
  public void notice(String sentence) {
    err.println(sentence);
    err.flush();
  }

  @Override
  public void ended() {
    progress.close();
    progress = Progress.none();
  }
}
