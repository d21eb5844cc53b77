"""The truth of the network's points, in the same order as in truth.py, all of them side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from family import Network, network_start
from truth import (
    APART,
    CHAOTIC,
    FIRST,
    LONG,
    LONGEST,
    OF_SECOND,
    REGULAR,
    RETURNED,
    SAMPLES,
    SECOND,
    SETTLED,
    Truth,
    second_positive,
)

from attractors.recurrence.cycles import CycleStatus, refine_cycle
from dmfsa import Ensemble, Features, Window


class NetworkJudge:
    """Finds the truth of the network's points, in an `Ensemble`."""

    def __init__(self, family: Network) -> None:
        self.family = family

    def __call__(self, points: Sequence[tuple[list[float], list[float]]]) -> list[Truth]:
        parameters = np.array([p for p, _ in points])
        run = self.ensemble(parameters, [network_start()] * len(points))
        run.advance(self.family.n_before)
        seen = run.advance(SAMPLES, n_tail=SAMPLES)
        here = run.windows()
        run.advance(LONG)
        later = run.advance(20_000, n_tail=LONGEST + 1)
        scale = np.ptp(later, axis=0).max(axis=1)
        ends = [np.stack([part.min(axis=0), part.max(axis=0)]) for part in (seen, later)]
        moved = np.abs(ends[0] - ends[1]).max(axis=(0, 2))
        windows = run.windows()
        cycles = [self.cycle(p, w, s) for p, w, s in zip(parameters, windows, scale, strict=True)]
        rows = np.flatnonzero([not period for period, _ in cycles])
        chaotic = self.sensitive(parameters[rows], [windows[i] for i in rows], scale[rows])
        verdicts: dict[int, Any] = dict(zip(rows.tolist(), chaotic, strict=True))
        truths = []
        for i, p in enumerate(parameters):
            if i not in verdicts:
                period, cycle = cycles[i]
                truths.append(Truth("periodic", period, self.stand(p, here[i], period, cycle, scale[i])))
                continue
            kind, end = verdicts[i]
            period = self.cycle(p, end, scale[i])[0] if kind != "quasiperiodic" else 0
            if period:
                truths.append(Truth("periodic", period, "elsewhere"))
            else:
                approaching = kind == "quasiperiodic" and moved[i] > 0.02 * scale[i]
                truths.append(Truth(kind, 0, "approaching" if approaching else "settled"))
        return truths

    def ensemble(self, parameters: np.ndarray, windows: list[Window]) -> Ensemble:
        beta, gamma = parameters.T
        return Ensemble(Features.segments(), beta=beta, gamma=gamma, epsilon=[0.02], context=4, windows=windows)

    def cycle(self, p: np.ndarray, window: Window, scale: float) -> tuple[int, Any]:
        network = self.family.system(p)
        orbit, _ = network.orbit(window, LONGEST)
        rows = np.vstack([window.attention[0], orbit])
        back = np.abs(rows[1:] - rows[0]).max(axis=1) <= RETURNED * max(scale, 1e-6)
        for q in (np.flatnonzero(back) + 1)[:8]:
            if q % 4 == 0:
                cycle = refine_cycle(network, window, int(q))
                if cycle.status is CycleStatus.CONVERGED and abs(cycle.multipliers[0]) < 1.0:
                    return cycle.period, cycle
        return 0, None

    def stand(self, p: np.ndarray, here: Window, period: int, cycle: Any, scale: float) -> str:
        network = self.family.system(p)
        there = network.orbit(here, period)[1]
        away = float(np.abs(there.attention - here.attention).max()) / max(1.0 - abs(cycle.multipliers[0]), 1e-12)
        if away <= SETTLED * max(scale, 1e-3):
            return "settled"
        near = np.abs(cycle.points - here.attention.ravel()).max(axis=1).min()
        return "approaching" if near < 0.1 * scale else "elsewhere"

    def sensitive(self, parameters: np.ndarray, windows: list[Window], scale: np.ndarray) -> list[tuple[str, Window]]:
        if not len(parameters):
            return []
        wide = np.clip(scale, 1e-6, 1.0)
        kinds = np.full(len(parameters), "", dtype=object)
        for n, sign in ((FIRST, 1.0), (SECOND, -1.0)):
            run = self.ensemble(parameters, windows)
            beside = [
                Window(w.attention + sign * APART * s * np.array([1.0, 0.7, -0.4]), w.phase)
                for w, s in zip(windows, wide, strict=True)
            ]
            pair = self.ensemble(parameters, beside)
            largest = np.zeros(len(parameters))
            for _ in range(n // 2_000):
                run.advance(2_000)
                pair.advance(2_000)
                apart = [
                    np.abs(a.attention - b.attention).max() for a, b in zip(run.windows(), pair.windows(), strict=True)
                ]
                largest = np.maximum(largest, apart)
            kind = np.where(largest >= CHAOTIC * wide, "chaotic", "quasiperiodic").astype(object)
            kind[(largest > REGULAR * wide) & (largest < CHAOTIC * wide)] = "dropped"
            kinds = np.where((kinds == "") | (kinds == kind), kind, "dropped")
            windows = run.windows()
        rows = np.flatnonzero(kinds == "chaotic")
        if len(rows):
            run = self.ensemble(parameters[rows], [windows[i] for i in rows])
            found = run.stretching(n_exponents=2, n_blocks=64, block_length=OF_SECOND // 64, n_settle=1_000)
            kinds[rows] = [second_positive(one) for one in found.log_factors]
        return list(zip(kinds.tolist(), windows, strict=True))
