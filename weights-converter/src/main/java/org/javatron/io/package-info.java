/**
 * Files as every other package needs them: read compressed or not, written whole or not at all,
 * hashed; and the progress of long work.
 */
package org.javatron.io;
