package org.javatron.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as Java's own options write them: {@code 512m}, {@code 2g}, or bytes. */
final class MemorySize implements ITypeConverter<Long> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kmg]?)b?");

  @Override
  public Long convert(String value) {
    Matcher matcher = SIZE.matcher(value.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + value + "' is not a size such as 512m or 2g");
    }
    int shift = 10 * ("kmg".indexOf(matcher.group(2)) + 1);
    long bytes = Long.parseLong(matcher.group(1)) << (matcher.group(2).isEmpty() ? 0 : shift);
    if (bytes < 1) {
      throw new TypeConversionException("a size must be at least 1 byte, got '" + value + "'");
    }
    return bytes;
  }
}
