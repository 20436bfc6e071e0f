package org.javatron.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a corpus or a file of queries, one record at a time.
 *
 * <p>Forms, told apart by content and, for RocketQA's pair, by name; each may be gzip-compressed:
 *
 * <ul>
 *   <li>MS MARCO: {@code id\ttext}, for passages and queries;
 *   <li>the tutorial's corpus.tsv: {@code id\ttitle\ttext};
 *   <li>RocketQA: {@code para.txt} ({@code id\ttext}) with {@code para.title.txt} beside it;
 *       passages that have no line there get an empty title;
 *   <li>JSON lines of BEIR ({@code _id}, {@code title}, {@code text}) and Tevatron ({@code docid},
 *       {@code title}, {@code text}; {@code query_id}, {@code query});
 *   <li>tokenised JSON lines: {@code {"text_id": "7", "text": [2054, 2003]}}.
 * </ul>
 *
 * <p>A folder stands for the corpus in it: a BEIR folder's corpus.jsonl, corpus.tsv, RocketQA's
 * pair, MS MARCO's collection.tsv, or its splitNN.json in the order of their names. Empty lines are
 * skipped. Ids are not held, so a duplicate id is not seen here. Memory: one record. Not
 * thread-safe; the caller closes it.
 */
public interface CorpusReader extends Closeable {
  /**
   * Opens a file or folder.
   *
   * @param path a file in one of the forms, or a folder that holds one
   * @return the reader, before the first record
   * @throws IOException if there is no such file, or a folder without a corpus
   */
  static CorpusReader open(Path path) throws IOException {
    return open(List.of(path));
  }

  /**
   * Opens several files or folders as one corpus.
   *
   * @param paths at least one, read in this order; their forms may differ
   * @return the reader, before the first record
   * @throws IOException if the first cannot be opened, or a folder has no corpus
   */
  static CorpusReader open(List<Path> paths) throws IOException {
    return new ConcatenatedCorpusReader(CorpusFiles.resolve(paths));
  }

  /**
   * Opens several files or folders as one corpus whose records have no titles.
   *
   * @param paths as for {@link #open(List)}; texts that come tokenised are refused when they are
   *     read, since their titles are among the tokens
   * @return the reader, before the first record
   * @throws IOException if the first cannot be opened, or a folder has no corpus
   */
  static CorpusReader withoutTitles(List<Path> paths) throws IOException {
    return new UntitledCorpusReader(open(paths));
  }

  /**
   * Counts the records that {@link #open} would give, in one pass that only looks for line ends.
   *
   * @param paths files or folders as for {@link #open}
   * @return how many lines are not empty
   * @throws IOException if one cannot be read
   */
  static long count(List<Path> paths) throws IOException {
    long count = 0;
    for (Path file : CorpusFiles.resolve(paths)) {
      count += CorpusFiles.countLines(file);
    }
    return count;
  }

  /**
   * Reads the next record.
   *
   * @return the record, or null at the end
   * @throws IOException if the file cannot be read or a line is not as it must be; the message
   *     names file and line
   */
  TextRecord next() throws IOException;

  /**
   * Where the record last read stands, for messages about it.
   *
   * @return file and line, as {@code corpus.tsv:17}
   */
  String position();
}
