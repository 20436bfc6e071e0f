package org.javatron.weights;

/**
 * Where a model's weights come from.
 *
 * @param source the folder or hub id that was converted, or what trained it
 * @param revision the hub's commit; null where there is none
 * @param sourceFormat for example {@code safetensors} or {@code pytorch zip, 3 shards}
 * @param publishedMaxLength sentence-transformers' max_seq_length, for information; null where none
 *     is given
 * @param writtenBy the program and its version
 */
public record Provenance(
    String source,
    String revision,
    String sourceFormat,
    Integer publishedMaxLength,
    String writtenBy) {
  /** This program and its version, for {@code writtenBy}. */
  static String program() {
    String version = Provenance.class.getPackage().getImplementationVersion();
    return "javatron " + (version == null ? "(unpackaged)" : version);
  }
}
