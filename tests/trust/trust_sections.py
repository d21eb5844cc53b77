"""What is known about sections, crossings, maxima, and returns."""

import math

import numpy as np
import systems
from scipy.interpolate import CubicSpline
from scipy.spatial import KDTree
from systems import examples
from test_sections import ellipse, off, sheared_torus
from trust import Quantity

from attractors import (
    SlabSection,
    plane_crossings,
    poincare_section,
    return_map,
    return_times,
    stroboscopic_section,
    successive_maxima,
)

NO_NUMBER = "a definition, not a number"
FIGURES = "published as figures"


SLAB = Quantity("points in a thin slab", "SlabSection", published=FIGURES)


@SLAB.exact(
    "golden rotation: N · 2/π arcsin w hits on two arcs", "2 log N, the discrepancy of the golden mean on two arcs"
)
def _():
    angle = 2 * np.pi * systems.GOLDEN * np.arange(100_000)
    section = SlabSection(1, half_width=0.05)
    section(np.column_stack([np.cos(angle), np.sin(angle)])[:, :, None])
    return section.n_hits[0], 1e5 * 2 / math.pi * math.asin(0.05), 2 * math.log(1e5)


@SLAB.independent("a mask by NumPy", "the same numbers")
def _():
    block = np.random.default_rng(0).normal(size=(2_000, 3, 5))
    section = SlabSection(5, half_width=0.2, across=2, component=1, n_kept=50)
    section(block)
    return section.hits, [block[np.abs(block[:, 2, i]) < 0.2, 1, i][-50:] for i in range(5)], 0


SECTION = Quantity("section of a map", "poincare_section", published=FIGURES)


@SECTION.exact(
    "a sheared torus: two circles of radius 1; of 75,000 samples the 90th percentile",
    "the error stated, its 90th percentile",
)
def _():
    section = poincare_section(sheared_torus(75_000), half_width=0.1)
    return np.quantile(np.abs(off(section.points)), 0.9), 0.0, np.quantile(section.error, 0.9)


@SECTION.independent(
    "planes by least squares through 30 neighbours (SciPy's tree), across the curve; median", "the median error stated"
)
def _():
    samples = sheared_torus(75_000, seed=1)
    section = poincare_section(samples, half_width=0.05)
    tree, found = KDTree(samples), []
    for x in samples[section.times.astype(int)[:500]]:
        near = samples[tree.query(x, 30)[1]] - x
        normal = np.linalg.svd(near - near.mean(axis=0))[2][2]
        along = np.array([0.0, 1.0, 0.0]) - normal[1] * normal  # up, within the plane
        found.append(x - along * x[1] / along[1])
    apart = off(section.points[:500]) - off(np.array(found))  # across the curve; along it both may slide
    return np.median(np.abs(apart)), 0.0, np.median(section.error)


PLANE = Quantity("plane crossings of a series", "plane_crossings", published=FIGURES)


@PLANE.exact("a tilted ellipse, 37.3 samples a turn: where it crosses y = 0.3", "the error stated")
def _():
    section = plane_crossings(ellipse(37.3)[0], normal=1, level=0.3)
    return section.points[:, 0], 2 * math.sqrt(1 - 0.09) + 0.15, section.error


@PLANE.independent(
    "roots of scipy.interpolate.CubicSpline", "both errors, some h⁴/100 over a slope of 0.16 for h = 2π/37.3: 10⁻⁴"
)
def _():
    samples, _ = ellipse(37.3, 1_000)
    section = plane_crossings(samples, normal=1, level=0.3)
    height = CubicSpline(np.arange(1_000), samples[:, 1] - 0.3)
    roots = height.roots(extrapolate=False)
    return section.times, roots[height(roots, 1) > 0.0], 1e-4


CLOCK = Quantity("stroboscopic section", "stroboscopic_section", published=NO_NUMBER)


@CLOCK.exact(
    "x' = x/2 + drive of period 4: Σ 2⁻ʲ drive, by phase", "rounding, after 200 steps that halve what was before"
)
def _():
    drive = np.array([0.3, -1.0, 0.5, 2.0])
    orbit, _ = systems.Driven(drive).orbit((0.0, 0), 400)
    found = [stroboscopic_section(orbit[200:], period=4, phase=phase).points[:, 0] for phase in range(4)]
    exact = [sum(drive[(phase - j) % 4] * 0.5**j for j in range(60)) for phase in range(4)]
    return found, np.array(exact)[:, None], 1e-14


@CLOCK.independent("reshaped by NumPy", "the same numbers")
def _():
    x = np.random.default_rng(0).normal(size=(120, 2))
    return stroboscopic_section(x, period=4, phase=3).points, x.reshape(30, 4, 2)[:, 3], 0


MAXIMA = Quantity("successive maxima", "successive_maxima", published=FIGURES)


@MAXIMA.exact(
    "3 cos, 40.3 samples a turn: 3", "fourth derivative over the nodes of a parabola: 3 h⁴ · 9/384, h = 2π/40.3"
)
def _():
    section = successive_maxima(3.0 * np.cos(2 * np.pi / 40.3 * np.arange(1_000) - 1.0))
    return section.points[:, 0], 3.0, 3 * (2 * math.pi / 40.3) ** 4 * 9 / 384


@MAXIMA.independent(
    "roots of the derivative of scipy.interpolate.CubicSpline: times",
    "h²/62 of a parabola at worst, h = 2π/40.3, and as much for the spline",
)
def _():
    x = np.cos(2 * np.pi / 40.3 * np.arange(1_000) - 1.0)
    spline = CubicSpline(np.arange(1_000), x)
    roots = spline.derivative().roots(extrapolate=False)
    return successive_maxima(x).times, roots[spline(roots) > 0], (2 * math.pi / 40.3) ** 2 / 31


RETURN_MAP = Quantity("return map: scatter and order", "return_map", published=FIGURES)


@RETURN_MAP.exact(
    "logistic map: order 2; noise: order 0, scatter 1", "3 se of the orders; 15 % of the scatter, for 8 neighbours"
)
def _():
    logistic, _ = examples.logistic(3.9).orbit([0.3], 2_000)
    curve, noise = return_map(logistic[:, 0]), return_map(np.random.default_rng(0).normal(size=2_000))
    allowed = [3 * curve.order_error + 0.2, 3 * noise.order_error, 0.15]
    return [curve.order, noise.order, noise.scatter], [2.0, 0.0, 1.0], allowed


@RETURN_MAP.independent("np.polyfit through 8 neighbours, point by point", "rounding")
def _():
    x = np.random.default_rng(1).normal(size=200)
    pairs = np.column_stack([x[:-1], x[1:]])
    pairs = pairs[np.argsort(pairs[:, 0])]
    residuals = []
    for i, (a, b) in enumerate(pairs):
        first = min(max(i - 4, 0), len(pairs) - 9)
        near = np.delete(pairs[first : first + 9], i - first, axis=0)
        residuals.append(abs(b - np.polyval(np.polyfit(near[:, 0], near[:, 1], 1), a)))
    return return_map(x).scatter, 1.4826 * np.median(residuals) / x.std(), 1e-10


RETURNS = Quantity("mean return time", "return_times", published="Kac's lemma, which is exact")


@RETURNS.exact("Kac's lemma: tent map in an interval, cat map in a square, golden rotation", "3.5 se, of three")
def _():
    found = [
        return_times(np.flatnonzero(examples.tent().orbit([0.3], 200_000)[0][:, 0] % 0.2 > 0.1)),
        return_times(np.flatnonzero((examples.cat().orbit([0.1, 0.234], 200_000)[0] < 0.2).all(axis=1))),
        return_times(np.flatnonzero(np.arange(100_000) * systems.GOLDEN % 1.0 < 0.1)),
    ]
    return [x.mean for x in found], [2.0, 25.0, 10.0], [3.5 * x.standard_error for x in found]


@RETURNS.independent("counted one by one", "the same numbers")
def _():
    inside = np.random.default_rng(0).random(3_000) < 0.1
    waits, last = [], None
    for t, here in enumerate(inside):
        if here:
            waits += [] if last is None else [t - last]
            last = t
    answer = return_times(np.flatnonzero(inside))
    return answer.counts, [waits.count(v) for v in answer.values], 0
