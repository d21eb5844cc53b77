"""Sweeps whose labels, periods, exponents and orbits are known because they are made up."""

import io

import numpy as np
from experiments import SHORT, finding
from rich.console import Console

from sweeps.summary import print_summary

P, Q, C, U = "periodic", "quasiperiodic", "chaotic", "undetermined"
LABELS = [P, P, P, Q, C, P, "missing"]
BETAS = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6]
ALONG_BETA = {"beta": {"values": BETAS}}
EXPONENTS = [[-0.3, -1], [-0.2, -1], [-0.1, -np.inf], [0.0, -1], [0.1, -1], [-np.inf, -np.inf], [np.nan, np.nan]]
PERIODS = [4, 8, 4, 0, 0, 28, 0]
N = SHORT["n_steps"]  # samples of an orbit
ORBITS = np.linspace(0.2, 0.4, 7)[:, None] * np.cos(np.arange(N))


def along_beta(**changed):
    given = {"labels": LABELS, "axes": ALONG_BETA, "exponents": EXPONENTS, "periods": PERIODS, "orbit": ORBITS}
    return finding(**{**given, "model": {"features": {"n_patterns": 1}}, "start": {"random": {}}, **changed})


def over_two(labels=((P, C, "missing"), (Q, U, "fixed_point")), **changed):
    axes = {"beta": {"values": [1, 2]}, "gamma": {"values": [100, 50, 220]}}
    return finding(np.array(labels), **{"axes": axes, **changed})


def printed(dataset):
    console = Console(file=io.StringIO(), width=120)
    print_summary(dataset, console)
    return console.file.getvalue()
