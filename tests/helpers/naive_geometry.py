"""Slow and obvious versions of what is computed from pairs of points: every pair, one after the other."""

import math

import numpy as np


def distance(a, b):
    """Largest difference of the components."""
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def correlation_sum(points, times, radii, theiler, step=1):
    """Share of the pairs more than `theiler` apart in time that are closer than r, from every step-th point."""
    close, pairs = np.zeros(len(radii)), 0
    for i in range(0, len(points), step):
        for j in range(len(points)):
            if abs(times[i] - times[j]) > theiler:
                pairs += 1
                close += distance(points[i], points[j]) <= np.asarray(radii)
    return close / pairs


def sample_entropy_matches(x, m, r):
    """Pairs of templates that match in m values, and in m + 1."""
    n, before, after = len(x), 0, 0
    for i in range(n - m):
        for j in range(i + 1, n - m):
            if distance(x[i : i + m], x[j : j + m]) <= r:
                before += 1
                after += abs(x[i + m] - x[j + m]) <= r
    return before, after


def mutual_information(bins_a, bins_b):
    """Sum over all pairs of bins that occur, by counting."""
    n, total = len(bins_a), 0.0
    for a in set(bins_a):
        for b in set(bins_b):
            joint = sum(x == a and y == b for x, y in zip(bins_a, bins_b, strict=True))
            if joint:
                of_a, of_b = sum(x == a for x in bins_a), sum(y == b for y in bins_b)
                total += joint / n * math.log(joint * n / (of_a * of_b))
    return total


def false_share(x, delay, d, tested, theiler):
    """Share of nearest neighbours in d delays that the next delay parts: 15 times further, or beyond 2 std."""
    n, false = len(x) - d * delay, 0
    vectors = [[x[i + k * delay] for k in range(d)] for i in range(n)]
    for i in tested:
        others = [(math.dist(vectors[i], vectors[j]), j) for j in range(n) if abs(i - j) > theiler]
        apart, j = min(others)
        more = abs(x[i + d * delay] - x[j + d * delay])
        false += more > 15 * apart or math.hypot(apart, more) > 2 * np.std(x)
    return false / len(tested)


def occupied_boxes(points, size, corner):
    """Boxes with a point in them."""
    return len({tuple(math.floor((x - c) / size) for x, c in zip(p, corner, strict=True)) for p in points})


def crossings(x, level):
    """Indices before which x is below, and behind which it is not."""
    return [i for i in range(len(x) - 1) if x[i] < level <= x[i + 1]]
