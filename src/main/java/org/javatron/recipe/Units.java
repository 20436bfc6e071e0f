package org.javatron.recipe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts as people write them. */
final class Units {
  static final Map<String, Double> BYTES = ordered("B", 1, "KB", 1e3, "MB", 1e6, "GB", 1e9);
  static final Map<String, Double> SECONDS = ordered("s", 1, "min", 60, "h", 3600, "d", 86400);

  private static final Pattern AMOUNT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z]+)");

  private Units() {}

  /** The amount in bytes or seconds; NaN if the text is none. */
  static double parse(String text, Map<String, Double> units) {
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches() || !units.containsKey(amount.group(2))) {
      return Double.NaN;
    }
    return Double.parseDouble(amount.group(1)) * units.get(amount.group(2));
  }

  static String bytes(double bytes) {
    return text(bytes, BYTES, 1000);
  }

  static String seconds(double seconds) {
    return text(seconds, SECONDS, 100);
  }

  /** In the largest unit that leaves a digit before the point, three digits at most. */
  private static String text(double amount, Map<String, Double> units, int most) {
    String unit = null;
    double size = 1;
    for (Map.Entry<String, Double> each : units.entrySet()) {
      if (unit == null || amount / size >= most && amount / each.getValue() >= 1) {
        unit = each.getKey();
        size = each.getValue();
      }
    }
    double shown = amount / size;
    boolean whole = unit.equals("B") || shown >= 100;
    String number = String.format(Locale.ROOT, whole ? "%.0f" : "%.1f", shown);
    return number.replaceFirst("\\.0$", "") + " " + unit;
  }

  private static Map<String, Double> ordered(Object... namesAndSizes) {
    Map<String, Double> units = new LinkedHashMap<>();
    for (int i = 0; i < namesAndSizes.length; i += 2) {
      units.put((String) namesAndSizes[i], ((Number) namesAndSizes[i + 1]).doubleValue());
    }
    return units;
  }
}
