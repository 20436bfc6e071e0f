/**
 * Hugging Face BERT checkpoints in every form they are found in, and the one form Javatron uses.
 *
 * <p>Reading: safetensors and PyTorch files, whole or in shards, memory-mapped. Writing: a model
 * directory that also opens in Hugging Face Transformers as it is. The formats are described byte
 * by byte in weights-converter/README.md.
 */
package org.javatron.weights;
