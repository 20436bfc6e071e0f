/**
 * The command line: one small class for each subcommand, which checks its options and calls one
 * class of the packages below.
 *
 * <p>Results, and nothing else, go to standard output: text for people, or with {@code --json} one
 * JSON object for machines. Progress, warnings and errors go to standard error. The exit code is 0,
 * 1 for a failure, told in one sentence, or 2 for wrong usage; {@link org.javatron.command} does
 * that alike for all.
 */
package org.javatron.cli;
