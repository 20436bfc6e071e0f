/** BERT: the graph, its weights and the encoder that turns token ids into vectors. */
package org.javatron.model;
