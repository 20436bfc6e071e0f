package org.javatron.fetch;

import java.io.PrintWriter;
import org.javatron.io.Progress;

/** Hears how fetching goes. Called by the thread that fetches. */
public interface FetchListener {
  /**
   * A piece of work begins.
   *
   * @param task what is done: "downloading marco.tar.gz"
   * @param already how much of it an earlier run did
   * @param total how much there is, or -1 if nobody knows
   * @param unit what is counted, in the plural
   * @return takes the steps; closed when the work ends, well or badly
   */
  Progress begin(String task, long already, long total, String unit);

  /**
   * Something worth telling: a transfer is tried again, a file is there already.
   *
   * @param sentence one complete sentence
   */
  void notice(String sentence);

  /**
   * A listener that shows a bar (or plain lines in a log) and the notices.
   *
   * @param err where to, the command's error stream
   * @return the listener
   */
  static FetchListener console(PrintWriter err) {
    return new FetchListener() {
      @Override
      public Progress begin(String task, long already, long total, String unit) {
        return Progress.console(err, task, already, total, unit);
      }

      @Override
      public void notice(String sentence) {
        err.println(sentence);
        err.flush();
      }
    };
  }
}
