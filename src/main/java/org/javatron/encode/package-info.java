/**
 * From a corpus to embeddings on disk: read, tokenise on all cores, plan batches, encode, append
 * chunk by chunk so that a killed run goes on where it stopped.
 */
package org.javatron.encode;
