/** The command line: one small class per subcommand, no logic below the checking of options. */
package org.javatron.cli;
