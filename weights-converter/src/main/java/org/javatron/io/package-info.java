/**
 * Files as every other package needs them: read compressed or not, written whole or not at all,
 * hashed.
 */
package org.javatron.io;
