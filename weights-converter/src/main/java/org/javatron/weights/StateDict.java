package org.javatron.weights;

import java.util.LinkedHashMap;
import net.razorvine.pickle.PickleException;

/** A Python dictionary whose keys are strings. */
final class StateDict extends LinkedHashMap<Object, Object> {
  private static final long serialVersionUID = 1L;

  /** Only strings: hashing a list that holds itself, or one list many times over, would not end. */
  @Override
  public Object put(Object key, Object value) {
    if (key instanceof String) {
      return super.put(key, value);
    }
    throw new PickleException("a dictionary's key is no string");
  }
}
