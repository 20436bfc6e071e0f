package org.javatron.data;

/**
 * A query or a passage as its file gives it.
 *
 * <p>Equality is that of records: the token array counts by identity.
 *
 * @param id the external id, never empty
 * @param title the title; null where the format or the record has none, empty where the format has
 *     titles and this passage none
 * @param text the text; null for tokenised input
 * @param tokens vocabulary ids without [CLS] and [SEP] for tokenised input, else null
 */
public record TextRecord(String id, String title, String text, int[] tokens) {
  /**
   * The text that a model reads.
   *
   * <p>A passage with an empty title starts with the separator, as the passages of the MS MARCO
   * tutorial do: the model has learned from the separator's place where the body begins.
   *
   * @param separator what stands between title and text, such as {@code [SEP]} or a space
   * @return the text alone if there is no title, else title + separator + text; null for tokenised
   *     input
   */
  public String joined(String separator) {
    return title == null || text == null ? text : title + separator + text;
  }
}
