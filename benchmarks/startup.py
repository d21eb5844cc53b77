"""What one waits for before the first result, and many processes at once, with a warm and with an empty cache."""

import os
import tempfile

from process import DMFSA, PYTHON, Cost, finish, run, start
from timing import median, table

CLASSIFY = [*DMFSA, "classify", "cfgs/paper.yaml", "--json", "--set", "run.n_transient=2000", "--set"]
CLASSIFY += ["run.n_steps=2000"]
TRAJECTORY = [*DMFSA, "trajectory", "cfgs/paper.yaml", "--json", "--set", "run.n_transient=0", "--set"]
TRAJECTORY += ["run.n_steps=64"]  # one compiled function instead of two
AT_ONCE = 32


def main() -> None:
    run(CLASSIFY)  # whatever is not compiled yet
    rows = [
        ["`dmfsa --help`", *times(lambda: run([*DMFSA, "--help"]), 9)],
        ["`python -c pass`, to compare", *times(lambda: run([*PYTHON, "-c", "pass"]), 9)],
        ["`dmfsa classify`, 4,000 steps with 12 exponents, warm cache", *times(lambda: run(CLASSIFY), 5)],
    ]
    with tempfile.TemporaryDirectory() as cold:
        first = run(CLASSIFY, NUMBA_CACHE_DIR=cold)
        rows.append(["the same, empty cache", f"{first.wall:.2f} s", f"{first.cpu:.2f} s", f"{first.peak:.0f} MB"])
    table("Start-up, medians", ["", "wall", "processor", "peak memory"], rows)

    rows = []
    alone = run(TRAJECTORY)
    with tempfile.TemporaryDirectory() as folder:
        for cache in ("empty", "warm"):
            costs = together(TRAJECTORY, AT_ONCE, NUMBA_CACHE_DIR=folder)
            answers = {cost.stdout for cost in costs} | {alone.stdout}
            assert len(answers) == 1, f"{len(answers)} different answers"
            walls = [cost.wall for cost in costs]
            rows.append([cache, f"{max(walls):.1f} s", f"{median([cost.cpu for cost in costs]):.2f} s", "all the same"])
    cores = len(os.sched_getaffinity(0))
    title = f"{AT_ONCE} processes of `dmfsa trajectory` started at once on {cores} cores, with one cache"
    table(title, ["cache", "until the last is done", "processor, each", "answers"], rows)


def times(call, n: int) -> list[str]:
    costs = [call() for _ in range(n)]
    walls, cpus, peaks = zip(*((c.wall, c.cpu, c.peak) for c in costs), strict=True)
    return [f"{median(walls):.2f} s", f"{median(cpus):.2f} s", f"{max(peaks):.0f} MB"]


def together(command: list[str], n: int, **environment: str) -> list[Cost]:
    return [finish(*child) for child in [start(command, **environment) for _ in range(n)]]


if __name__ == "__main__":
    main()
