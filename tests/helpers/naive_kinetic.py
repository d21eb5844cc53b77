"""The kinetic Ising model, slowly: state by state, spin by spin, integrals on a grid; sharing nothing with the package.

A closure here is a function of (J, H, mp, Cp, Dp) that returns (m, C, D), one number at a time.
"""

import itertools
import math

import numpy as np
from scipy.optimize import brentq

GRID = np.linspace(-9.0, 9.0, 601)
WEIGHT = np.exp(-(GRID**2) / 2.0)
WEIGHT /= WEIGHT.sum()


def chance(s, m):
    """P(s) of independent spins of means m."""
    return math.prod((1 + a * b) / 2 for a, b in zip(s, m, strict=True))


def expected(J, H, s):
    """tanh of the fields that a state makes."""
    return [math.tanh(H[i] + sum(J[i][j] * s[j] for j in range(len(s)))) for i in range(len(s))]


def enumerate_moments(J, fields, m, n_steps):
    """m, C, D after each step, from all pairs of states; fields[t] act in step t."""
    states = list(itertools.product([-1, 1], repeat=len(m)))
    p = {s: chance(s, m) for s in states}
    rows = []
    for t in range(n_steps):
        joint = {(new, old): p[old] * chance(new, expected(J, fields[t], old)) for new in states for old in states}
        p = {new: sum(joint[new, old] for old in states) for new in states}
        pairs = [(np.array(new), np.array(old), x) for (new, old), x in joint.items()]
        now, before = (sum(x * pair[k] for *pair, x in pairs) for k in (0, 1))
        equal = sum(x * np.outer(new, new) for new, _, x in pairs) - np.outer(now, now)
        rows.append((now, equal, sum(x * np.outer(new, old) for new, old, x in pairs) - np.outer(now, before)))
    return [np.array(x) for x in zip(*rows, strict=True)]


def solved(a, V):
    """θ = a - V tanh θ, by bisection."""
    return brentq(lambda theta: theta + V * math.tanh(theta) - a, a - abs(V) - 1, a + abs(V) + 1, xtol=1e-15)


def smoothed(g, variance):
    """∫Dz tanh(g + z √Δ)."""
    return float(WEIGHT @ np.tanh(g + GRID * math.sqrt(variance)))


def empty(J):
    N = len(J)
    return N, range(N), np.zeros(N), np.zeros((N, N)), np.zeros((N, N))


def mean_field_of(J, H, m, i):
    return H[i] + sum(J[i][j] * m[j] for j in range(len(m)))


def nmf(J, H, mp, Cp, Dp):
    _, every, m, C, D = empty(J)
    for i in every:
        m[i] = math.tanh(mean_field_of(J, H, mp, i))
        C[i, i] = 1 - m[i] ** 2
        for k in every:
            D[i, k] = (1 - m[i] ** 2) * J[i][k] * (1 - mp[k] ** 2)
    return m, C, D


def second_order(J, H, mp, Cp):
    """TAP with Cp diagonal, Plefka[t] with all of it."""
    _, every, m, C, D = empty(J)

    def pushed(i, k):
        return sum(J[i][j] * J[k][n] * Cp[j][n] for j in every for n in every)

    for i in every:
        m[i] = math.tanh(solved(mean_field_of(J, H, mp, i), pushed(i, i)))
    for i in every:
        for k in every:
            C[i, k] = 1 - m[i] ** 2 if i == k else (1 - m[i] ** 2) * (1 - m[k] ** 2) * pushed(i, k)
            delayed = sum(J[i][j] * Cp[j][k] for j in every)
            D[i, k] = (1 - m[i] ** 2) * delayed * (1 + 2 * m[i] * J[i][k] * mp[k])
    return m, C, D


def tap(J, H, mp, Cp, Dp):
    return second_order(J, H, mp, np.diag(1 - np.array(mp) ** 2))


def plefka(J, H, mp, Cp, Dp):
    return second_order(J, H, mp, Cp)


def ms(J, H, mp, Cp, Dp):
    _, every, m, C, D = empty(J)

    def pushed(i, k):
        return sum(J[i][j] * J[k][j] * (1 - mp[j] ** 2) for j in every)

    g = [mean_field_of(J, H, mp, i) for i in every]
    width = [math.sqrt(pushed(i, i)) for i in every]
    for i in every:
        m[i] = smoothed(g[i], width[i] ** 2)
    for i in every:
        steep = WEIGHT @ (1 - np.tanh(g[i] + GRID * width[i]) ** 2)
        for k in every:
            D[i, k] = steep * sum(J[i][j] * Cp[j][k] for j in every)
            if i == k:
                C[i, i] = 1 - m[i] ** 2
            elif width[i] * width[k] > 0:
                rho = pushed(i, k) / (width[i] * width[k])
                other = rho * GRID[:, None] + math.sqrt(max(0.0, 1 - rho**2)) * GRID
                inner = np.tanh(g[k] + width[k] * other) @ WEIGHT
                C[i, k] = WEIGHT @ (np.tanh(g[i] + width[i] * GRID) * inner) - m[i] * m[k]
    return m, C, D


def plefka2(J, H, mp, Cp, Dp):
    N, every, m, C, D = empty(J)
    J = np.array(J)
    g = [mean_field_of(J, H, mp, i) for i in every]

    def variance(i):
        return sum(J[i, j] * J[i, n] * Cp[j][n] for j in every for n in every)

    def given_earlier(i, q, s):
        delayed = sum(J[i, n] * Cp[n][q] for n in every)
        V_il = variance(i) - 2 * J[i, q] * delayed + J[i, q] ** 2 * Cp[q][q]
        W = sum(J[i, n] * Dp[n][k] * J[q, k] for n in every for k in every)
        W -= J[i, q] * sum(J[q, n] * Dp[q][n] for n in every)
        return math.tanh(solved(g[i] + (J[i, q] + W) * (s - mp[q]), V_il))

    for i in every:
        m[i] = sum((1 + s * mp[q]) / 2 * given_earlier(i, q, s) for q in every for s in (-1, 1)) / N
        for q in every:
            D[i, q] = sum(s * (1 + s * mp[q]) / 2 * given_earlier(i, q, s) for s in (-1, 1)) - m[i] * mp[q]
    for i, k in itertools.product(every, every):
        pushed = sum(J[i, j] * J[k, n] * Cp[j][n] for j in every for n in every)
        for s in (-1, 1):
            response = math.tanh(solved(g[i] + pushed * (s - m[k]), variance(i)))
            C[i, k] += (s - m[k]) * (1 + s * m[k]) / 2 * response
    C = (C + C.T) / 2
    for i in every:
        C[i, i] = 1 - m[i] ** 2
    return m, C, D


def cms(J, H, mp, Cp, Dp):
    N, every, m, C, D = empty(J)

    def response(i, covariance, mean, s):
        others = []
        for j in every:
            slope = 0.0 if mean**2 == 1 else covariance[j] / (1 - mean**2)
            others.append(min(1.0, max(-1.0, mp[j] + slope * (s - mean))))
        variance = sum(J[i][j] ** 2 * (1 - others[j] ** 2) for j in every)
        return smoothed(mean_field_of(J, H, others, i), variance)

    for i in every:
        for q in every:
            given = {s: (1 + s * mp[q]) / 2 * response(i, [Cp[j][q] for j in every], mp[q], s) for s in (-1, 1)}
            m[i] += (given[1] + given[-1]) / N
            D[i, q] = given[1] - given[-1] - (given[1] + given[-1]) * mp[q]
    for i in every:
        for k in every:
            given = {s: (1 + s * m[k]) / 2 * response(i, D[k], m[k], s) for s in (-1, 1)}
            C[i, k] = given[1] - given[-1] - (given[1] + given[-1]) * m[k]
    C = (C + C.T) / 2
    for i in every:
        C[i, i] = 1 - m[i] ** 2
    return m, C, D


CLOSURES = {"nMF": nmf, "TAP": tap, "Plefka[t]": plefka, "MS": ms, "Plefka2[t]": plefka2, "CMS": cms}
