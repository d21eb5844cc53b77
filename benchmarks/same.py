"""Whether another version of the program gives the same answers.

    python benchmarks/same.py record ../before before     every answer of the version in the folder ../before
    python benchmarks/same.py record . after              of this one; with the word cfgs behind it, configs alone
    python benchmarks/same.py compare before after        variable by variable; exit code 1 if one differs

Answers are: each config of cfgs/ at reduced size, as a sweep (provenance left out); each point of the benchmark of
labels, from 5,000 samples, with its label, period, confidence, exponents and reason. Some ten minutes on one core.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ALIGNS = 1_000  # steps of the network before the samples, as in benchmarks/labels
SAMPLES = 5_000
CHANGES = {"core_seconds"}  # from run to run
MOST = 4  # values of an axis, starts of a point


def record(source: Path, folder: Path, *, labels: bool = True) -> None:
    """Write the answers of the version in `source`, one file for each config and, with `labels`, each family."""
    sys.path[:0] = [str(source), str(source / "benchmarks"), str(source / "benchmarks" / "labels")]
    os.chdir(source)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(Path("cfgs").glob("*.yaml")):
        if path.stem.startswith("blanket"):
            continue  # those are no sweeps
        keep(folder / f"cfgs-{path.stem}.npz", swept(path))
    if not labels:
        return
    from families import FAMILIES  # noqa: PLC0415 - of the version that is looked at

    for family in FAMILIES:
        keep(folder / f"labels-{family.name.replace('/', '-')}.npz", labelled(family))


def keep(path: Path, answers: dict[str, np.ndarray]) -> None:
    np.savez_compressed(path, **answers)
    print(f"{path.name}: {', '.join(f'{name} {array.shape}' for name, array in answers.items())}", flush=True)


def swept(path: Path) -> dict[str, np.ndarray]:
    """Return the variables of a sweep over a few values of each axis."""
    from sweeps import load_config, open_sweep, run_sweep  # noqa: PLC0415 - of the version that is looked at

    config = load_config(path, reduced(load_config(path)))
    with tempfile.TemporaryDirectory() as where:
        dataset = open_sweep(run_sweep(config, Path(where, "x"), workers=1, quiet=True))
    return {
        str(name): np.asarray(array.values.astype(str) if array.dtype.kind == "O" else array.values)
        for name, array in dataset.variables.items()
        if name not in CHANGES and "shard" not in str(name)
    }


def reduced(config: Any) -> list[str]:
    """Overrides for a few values of each axis, and steps that suffice for a label."""
    few = ["run.n_transient=2000", "run.n_steps=4096"]
    if config.n_exponents:
        few.append(f"run.n_exponents={min(config.n_exponents, 4)}")
    if config.start.random:
        few.append(f"start.random.n={MOST}")
    for name, axis in config.sweep.axes.items() if config.sweep else ():
        few.append(f"sweep.{name}.n={MOST}" if axis.n else f"sweep.{name}.values={list(axis.values[:MOST])}")
    return few


def labelled(family: Any) -> dict[str, np.ndarray]:
    """Return what `classify` says of each point of a family of the benchmark of labels."""
    from family import Network, network_start  # noqa: PLC0415 - of the version that is looked at
    from network_truth import NetworkJudge  # noqa: PLC0415
    from points import points_of  # noqa: PLC0415

    from attractors import classify  # noqa: PLC0415

    points = points_of(family)
    starts: list[Any] = [np.array(point.x0) for point in points]
    n_before = family.n_before
    if isinstance(family, Network):
        run = NetworkJudge(family).ensemble(np.array([point.p for point in points]), [network_start()] * len(points))
        run.advance(n_before - ALIGNS)
        starts, n_before = run.windows(), ALIGNS
    rows = []
    for point, start in zip(points, starts, strict=True):
        answer = classify(family.system(point.p), start, n_transient=n_before, n_steps=SAMPLES)
        exponents = [] if answer.spectrum is None else answer.spectrum.exponents.tolist()
        rows.append(
            (answer.label.value, answer.period or 0, answer.confidence, answer.reason, answer.decided_by, exponents)
        )
    label, period, confidence, reason, decided_by, each = (list(column) for column in zip(*rows, strict=True))
    exponent = np.full((len(points), max(map(len, each))), np.nan)
    for row, values in zip(exponent, each, strict=True):
        row[: len(values)] = values
    return {
        "parameters": np.array([point.p for point in points]),
        "truth": np.array([f"{point.truth.kind} {point.truth.period} {point.truth.stand}" for point in points]),
        "label": np.array(label),
        "period": np.array(period),
        "confidence": np.array(confidence),
        "reason": np.array(reason),
        "decided_by": np.array(decided_by),
        "exponent": exponent,
    }


def compare(before: Path, after: Path) -> int:
    """Print what differs; return how many files do."""
    names = sorted(path.name for path in before.glob("*.npz"))
    differing = 0
    for name in names:
        if not (after / name).exists():
            said = ["is no more"]
        else:
            with np.load(before / name) as old, np.load(after / name) as new:
                said = [line for key in sorted({*old.files, *new.files}) if (line := difference(key, old, new))]
                n = len(old["label"]) if "label" in old.files and old["label"].ndim else 0
        differing += bool(said)
        print(f"{name}: {'; '.join(said) or f'the same, {n} labels'}")
    print(f"{len(names)} files, of which {differing} differ")
    return differing


def difference(key: str, old: Any, new: Any) -> str:
    """Say in what a variable differs, or nothing."""
    if key not in old.files or key not in new.files:
        return f"{key} is in one of the two only"
    a, b = old[key], new[key]
    if a.shape != b.shape:
        return f"{key} has shapes {a.shape} and {b.shape}"
    same = (a == b) | (np.isnan(a) & np.isnan(b)) if a.dtype.kind == "f" else a == b
    return "" if np.all(same) else f"{key} differs at {np.count_nonzero(~same)} of {a.size}"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["record", source, folder]:
            record(Path(source).resolve(), Path(folder).resolve())
        case ["record", source, folder, "cfgs"]:
            record(Path(source).resolve(), Path(folder).resolve(), labels=False)
        case ["compare", before, after]:
            sys.exit(1 if compare(Path(before), Path(after)) else 0)
        case _:
            sys.exit(__doc__)
