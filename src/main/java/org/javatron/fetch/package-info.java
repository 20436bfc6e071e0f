/**
 * Brings the collections that the tutorial and its measurements use onto this machine.
 *
 * <p>{@link org.javatron.fetch.Downloader} gets one file: from several addresses in turn, continued
 * where it broke, checked by what is published about it or else by what was recorded when it was
 * first seen. {@link org.javatron.fetch.Archive} unpacks. {@link org.javatron.fetch.MarcoFetch} and
 * {@link org.javatron.fetch.BeirFetch} do all of it for a collection; every step's result appears
 * whole or not at all, and a step whose result is there is not done again.
 *
 * <p>Which files there are and where from stands in {@code sources.json} beside these classes.
 */
package org.javatron.fetch;
