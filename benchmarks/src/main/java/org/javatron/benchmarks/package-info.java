/** JMH benchmarks: one class a question. {@code scripts/bench} runs them. */
package org.javatron.benchmarks;
