package org.javatron.command;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.IParamLabelRenderer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Help as commands are typed: {@code --model DIR} rather than {@code --model=DIR}, and a first line
 * with what is required, in the order of the declarations.
 */
final class HelpText extends Help {
  HelpText(CommandSpec command, ColorScheme colors) {
    super(command, colors);
  }

  @Override
  public String synopsis(int headingLength) {
    CommandSpec command = commandSpec();
    if (!command.subcommands().isEmpty() || command.helpCommand()) {
      return super.synopsis(headingLength);
    }
    List<String> words = new ArrayList<>();
    command.positionalParameters().forEach(argument -> words.add(typed(argument)));
    List<ArgGroupSpec> shown = new ArrayList<>();
    for (OptionSpec option : command.options()) {
      ArgGroupSpec group = option.group();
      if (group == null && option.required()) {
        words.add(typed(option));
      } else if (group != null && group.multiplicity().min() > 0 && !shown.contains(group)) {
        shown.add(group);
        words.add(choice(group));
      }
    }
    words.add("[OPTION]...");
    return insertSynopsisCommandName(
        headingLength, colorScheme().text(" " + String.join(" ", words)));
  }

  /** Options of which one is needed: {@code (--corpus FILE... | --queries FILE)}. */
  static String choice(ArgGroupSpec group) {
    return group.options().stream()
        .map(HelpText::typed)
        .collect(Collectors.joining(" | ", "(", ")"));
  }

  static String typed(ArgSpec argument) {
    String name = argument instanceof OptionSpec option ? option.longestName() : "";
    return (name + value(argument)).trim();
  }

  private static String value(ArgSpec option) {
    if (option.arity().max() == 0) {
      return "";
    }
    return " " + option.paramLabel() + (option.arity().max() > 1 ? "..." : "");
  }

  @Override
  public String optionListExcludingGroups(
      List<OptionSpec> options,
      Layout layout,
      Comparator<OptionSpec> order,
      IParamLabelRenderer ignored) {
    return super.optionListExcludingGroups(options, layout, order, values());
  }

  private IParamLabelRenderer values() {
    return new IParamLabelRenderer() {
      @Override
      public Text renderParameterLabel(ArgSpec option, Ansi ansi, List<IStyle> styles) {
        return colorScheme().apply(value(option), styles);
      }

      @Override
      public String separator() {
        return " ";
      }
    };
  }
}
