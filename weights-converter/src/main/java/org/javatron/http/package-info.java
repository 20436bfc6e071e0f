/**
 * What every download needs: requests whose redirects are followed under control, attempts that are
 * repeated with longer and longer waits, and an end to responses that fall silent.
 */
package org.javatron.http;
