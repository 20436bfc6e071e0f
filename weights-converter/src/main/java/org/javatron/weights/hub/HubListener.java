package org.javatron.weights.hub;

import java.io.PrintWriter;

/** Hears how a download goes. Called by the thread that downloads. */
public interface HubListener {
  /**
   * A download begins.
   *
   * @param model the model's id
   * @param done bytes that an earlier, broken run left; they are not transferred again
   * @param total bytes of all files that are not in the cache yet, including {@code done}
   */
  void started(String model, long done, long total);

  /**
   * Bytes have arrived.
   *
   * @param file which file they belong to, its path in the repository
   * @param count how many; negative when bytes were thrown away and will be transferred again
   */
  void transferred(String file, long count);

  /**
   * Something worth telling: another process is waited for, a transfer is tried again.
   *
   * @param sentence one complete sentence
   */
  void notice(String sentence);

  /** The download that was started has ended, well or badly. */
  void ended();

  /**
   * A listener that shows a bar (or plain lines in a log) and the notices.
   *
   * @param err where to, the command's error stream
   * @return the listener, for one download at a time
   */
  static HubListener console(PrintWriter err) {
    return new ConsoleHubListener(err);
  }
}
