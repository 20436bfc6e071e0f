/**
 * Embedding files: a folder of {@code embeddings.npy}, {@code embeddings.ids} and {@code
 * manifest.json}, written by chunks so that a killed run continues, opened by mapping in constant
 * time. The bytes are described in docs/formats.md.
 */
package org.javatron.embeddings;
