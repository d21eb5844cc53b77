"""Elementary functions of numbers in lanes: exp, tanh and log, polynomials that LLVM makes vector instructions of."""

import numpy as np
from numba import njit

from dmfsa._lanes import ROUND, copysign, exponent, fma, mantissa, two_to_the, where_less

OPTIONS = {"error_model": "numpy"}
# Merged into its caller before LLVM sees it: a callee on its own would be optimised for sizes yet unknown.
equation = njit(inline="always", **OPTIONS)

LOG2_E = 1.4426950408889634
LN2 = 0.6931471805599453
LN2_HIGH = 0.693145751953125  # 21 bits of log 2, so that k * LN2_HIGH is exact for every exponent k
LN2_LOW = 1.4286068203094172e-06
SQRT2 = 1.4142135623730951


@equation
def exp(x):
    """e^x = 2^k e^r, |r| <= log(2)/2, with the Taylor polynomial of degree 13 in r; 0 below -708, e^709 above 709."""
    y = where_less(x, -708.0, -708.0, where_less(709.0, x, 709.0, x))
    shifted = fma(y, LOG2_E, ROUND)
    k = shifted - ROUND
    r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, y))
    p = fma(r, 1.0 / 6227020800.0, 1.0 / 479001600.0)
    p = fma(p, r, 1.0 / 39916800.0)
    p = fma(p, r, 1.0 / 3628800.0)
    p = fma(p, r, 1.0 / 362880.0)
    p = fma(p, r, 1.0 / 40320.0)
    p = fma(p, r, 1.0 / 5040.0)
    p = fma(p, r, 1.0 / 720.0)
    p = fma(p, r, 1.0 / 120.0)
    p = fma(p, r, 1.0 / 24.0)
    p = fma(p, r, 1.0 / 6.0)
    p = fma(p, r, 0.5)
    p = fma(p * r, r, r)
    return where_less(x, -708.0, 0.0, (1.0 + p) * two_to_the(shifted))


@equation
def tanh(x, decay):
    """tanh x: a rational function of x² (Cephes' coefficients) below 0.625, ±(1-e)/(1+e) above, e = exp(-2|x|)."""
    size = copysign(x, 1.0)
    z = x * x
    p = fma(fma(z, -9.64399179425052238628e-1, -9.92877231001918586564e1), z, -1.61468768441708447952e3) * z
    q = fma(fma(z + 1.12811678491632931402e2, z, 2.23548839060100448583e3), z, 4.84406305325125486048e3)
    ratio = where_less(size, 0.625, p, 1.0 - decay) / where_less(size, 0.625, q, 1.0 + decay)
    return where_less(size, 0.625, fma(x, ratio, x), copysign(ratio, x))


@equation
def log(x):
    """log x = e log 2 + 2 artanh((m-1)/(m+1)), x = m 2^e, 1/√2 < m <= √2; -inf at 0 and below."""
    m, e = mantissa(x), exponent(x)
    e = where_less(SQRT2, m, e + 1.0, e)
    m = where_less(SQRT2, m, 0.5 * m, m)
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = fma(s, 2.0 / 21.0, 2.0 / 19.0)
    p = fma(p, s, 2.0 / 17.0)
    p = fma(p, s, 2.0 / 15.0)
    p = fma(p, s, 2.0 / 13.0)
    p = fma(p, s, 2.0 / 11.0)
    p = fma(p, s, 2.0 / 9.0)
    p = fma(p, s, 2.0 / 7.0)
    p = fma(p, s, 2.0 / 5.0)
    p = fma(p, s, 2.0 / 3.0)
    return where_less(0.0, x, fma(e, LN2, fma(p * s, f, 2.0 * f)), -np.inf)
