package org.javatron.tokenize;

import java.util.Arrays;

/** Lays texts between special tokens: {@code [CLS] first [SEP] second [SEP]}. */
final class EncodingBuilder {
  private final Pieces out = new Pieces();
  private final int cls;
  private final int separator;
  private int[] types = new int[0];
  private int[] special = new int[0];

  EncodingBuilder(int cls, int separator) {
    this.cls = cls;
    this.separator = separator;
  }

  EncodingBuilder open() {
    add(cls, 0, 0, 0, 1);
    return this;
  }

  EncodingBuilder text(Pieces pieces, int kept, int type) {
    for (int i = 0; i < kept; i++) {
      add(pieces.ids[i], pieces.starts[i], pieces.ends[i], type, 0);
    }
    add(separator, 0, 0, type, 1);
    return this;
  }

  private void add(int id, int start, int end, int type, int isSpecial) {
    out.add(id, start, end);
    if (types.length < out.size) {
      types = Arrays.copyOf(types, out.ids.length);
      special = Arrays.copyOf(special, out.ids.length);
    }
    types[out.size - 1] = type;
    special[out.size - 1] = isSpecial;
  }

  Encoding build() {
    return new Encoding(
        Arrays.copyOf(out.ids, out.size),
        Arrays.copyOf(types, out.size),
        Arrays.copyOf(out.starts, out.size),
        Arrays.copyOf(out.ends, out.size),
        Arrays.copyOf(special, out.size));
  }
}
