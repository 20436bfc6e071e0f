package org.javatron.kernels;

/**
 * One step of AdamW as numbers, for one parameter.
 *
 * <pre>
 * g ← scale · g        m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
 * w ← w - stepSize · m / (√v + ε)        w ← w - decay · w
 * </pre>
 *
 * @param beta1 β₁, share of the old in the mean of gradients
 * @param beta2 β₂, the same for their squares
 * @param epsilon ε, keeps the divisor from 0
 * @param scale what gradients are multiplied with first, to clip them
 * @param stepSize the learning rate, corrected for the bias of the first steps
 * @param decay the learning rate times weight decay; 0 for none
 */
public record AdamWStep(
    double beta1, double beta2, double epsilon, double scale, double stepSize, double decay) {}
