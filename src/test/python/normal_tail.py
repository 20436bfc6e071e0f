"""Finds the polynomial of org.javatron.kernels.NormalTail and prints its coefficients.

-ln(2 (1 - Phi(x))) = x Q(x) on [0, 7], Q chosen so that the greatest absolute error of 2 (1 - Phi(x)) is as small as
possible: least squares whose weights grow where the error is greatest (Lawson's algorithm).

    scripts/peers src/test/python/normal_tail.py
"""
import numpy as np
from scipy.special import log_ndtr

LIMIT, DEGREE, FLOOR = 7.0, 9, 1e-4  # below FLOOR the tail is to be right to FLOOR's own relative error

x = (1 - np.cos(np.linspace(0, np.pi, 3000))) / 2 * LIMIT
x = x[x > 1e-9]
exponent = -(log_ndtr(-x) + np.log(2))
scale = np.maximum(np.exp(-exponent), FLOOR)  # d exp(-u) = -exp(-u) du
powers = np.stack([x ** (i + 1) for i in range(DEGREE + 1)], 1)
weights = np.ones_like(x)
best, coefficients = np.inf, None
for _ in range(2000):
    s = np.sqrt(weights) * scale
    a = powers * s[:, None]
    norms = np.linalg.norm(a, axis=0)
    c = np.linalg.lstsq(a / norms, exponent * s, rcond=None)[0] / norms
    error = np.abs(powers @ c - exponent) * scale
    if error.max() < best:
        best, coefficients = error.max(), c
    weights *= error / error.max() + 1e-3
    weights /= weights.mean()
print("greatest absolute error of 2 (1 - Phi):", best)
for c in coefficients.astype(np.float32):
    print(f"{c:.9g}f,")
