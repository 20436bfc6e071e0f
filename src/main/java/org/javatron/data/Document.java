package org.javatron.data;

import java.util.List;

/**
 * A text with what belongs together in it.
 *
 * @param id names it in what is made of it
 * @param title empty where there is none
 * @param spans its parts in their order, none of them blank
 */
record Document(String id, String title, List<String> spans) {
  /** What names a span: the passage's own id where the document is one passage. */
  String spanId(int span) {
    return spans.size() == 1 ? id : id + "-" + span;
  }
}
