/**
 * Why a passage scores as it does: which tokens of a query and a passage move their score. Reading
 * order: {@link org.javatron.model.TokenAttribution} has the formula, then {@link
 * org.javatron.explain.Explainer}.
 */
package org.javatron.explain;
