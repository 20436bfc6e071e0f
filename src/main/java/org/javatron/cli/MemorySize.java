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
    int thousands = matcher.group(2).isEmpty() ? 0 : "kmg".indexOf(matcher.group(2)) + 1;
    long number = Long.parseLong(matcher.group(1));
    if (number < 1 || number > Long.MAX_VALUE >> 10 * thousands) {
      throw new TypeConversionException(
          "a size must be from 1 byte to 8 exbibytes, got '" + value + "'");
    }
    return number << 10 * thousands;
  }
}
