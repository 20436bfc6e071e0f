/**
 * The only code that names the JDK's incubating Vector API; compiled on its own, loaded by name.
 */
package org.javatron.kernels.vector;
