package org.javatron.fetch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.javatron.http.Retry;
import org.javatron.io.Progress;

/** Hears how fetching goes, does not wait between attempts, and has a disk of any size. */
final class Recorder implements FetchListener {
  final List<String> notices = new ArrayList<>();
  final List<Duration> waits = new ArrayList<>();

  /** How far each task came, whether begun before or not. */
  final Map<String, Long> steps = new TreeMap<>();

  long free = Long.MAX_VALUE;

  Downloader downloader(Duration timeout) {
    Retry retry =
        new Retry(5, Duration.ofSeconds(1), Duration.ofMinutes(5), waits::add, notices::add);
    return new Downloader(retry, timeout, folder -> free, this);
  }

  @Override
  public Progress begin(String task, long already, long total, String unit) {
    steps.put(task, already);
    return new Progress() {
      @Override
      public void step(long amount) {
        steps.merge(task, amount, Long::sum);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void notice(String sentence) {
    notices.add(sentence);
  }
}
