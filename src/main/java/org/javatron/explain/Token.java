package org.javatron.explain;

/**
 * A token of an explained text.
 *
 * @param piece how the vocabulary writes it, such as {@code ##birth}
 * @param id its id there
 * @param attribution what it moves, in units of the score: scaling its word embedding by 1 + h
 *     changes the score by about h times this
 */
public record Token(String piece, int id, double attribution) {}
