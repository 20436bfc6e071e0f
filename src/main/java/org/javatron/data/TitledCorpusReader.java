package org.javatron.data;

import java.io.IOException;
import java.nio.file.Path;
import org.javatron.io.InputException;

/**
 * RocketQA's pair of files: {@code para.txt} ({@code id\ttext}) and {@code para.title.txt} ({@code
 * id\ttitle}, only of those that have one), joined in one pass. Both must be in the same order; a
 * title that finds no passage is an error, for it would mean that they are not.
 */
final class TitledCorpusReader implements CorpusReader {
  private final CorpusReader passages;
  private final CorpusReader titles;
  private TextRecord title;

  TitledCorpusReader(Path passageFile, Path titleFile) throws IOException {
    passages = new TsvCorpusReader(passageFile);
    try {
      titles = new TsvCorpusReader(titleFile);
    } catch (IOException e) {
      passages.close();
      throw e;
    }
  }

  @Override
  public TextRecord next() throws IOException {
    if (title == null) {
      title = titles.next();
    }
    TextRecord passage = passages.next();
    if (passage == null) {
      if (title != null) {
        throw noPassage("no passage at or after that of the title before");
      }
      return null;
    }
    if (title == null || !title.id().equals(passage.id())) {
      if (title != null && isBefore(title.id(), passage.id())) {
        throw noPassage("passage " + passage.id() + " at " + passages.position());
      }
      return new TextRecord(passage.id(), "", passage.text(), null);
    }
    TextRecord joined = new TextRecord(passage.id(), title.text(), passage.text(), null);
    title = null;
    return joined;
  }

  // With numeric ids, the usual case, a lost title shows at once and not only at the end.
  private static boolean isBefore(String a, String b) {
    try {
      return Long.parseLong(a) < Long.parseLong(b);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private InputException noPassage(String found) {
    return new InputException(
        "%s: expected the passage of title %s in the passage file, in the same order as the titles, found %s"
            .formatted(titles.position(), title.id(), found));
  }

  @Override
  public String position() {
    return passages.position();
  }

  @Override
  public void close() throws IOException {
    try (titles) {
      passages.close();
    }
  }
}
