/**
 * What every command line of the project does alike: errors in one sentence, exit codes 0, 1 and 2,
 * help as wide as the terminal.
 */
package org.javatron.command;
