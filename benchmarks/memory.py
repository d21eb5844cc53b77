"""Peak memory of one orbit against its number of steps; 10^9 of them take minutes."""

from process import DMFSA, run
from timing import table


def main() -> None:
    rows = []
    for power in (6, 7, 8, 9):
        steps = [f"run.n_steps={10**power}", "run.n_transient=0", "run.n_exponents=1"]
        options = [word for key in steps for word in ("--set", key)]
        command = [*DMFSA, "lyapunov", "cfgs/paper.yaml", "--json", *options]
        if power == 6:
            run(command)  # whatever is not compiled yet
        cost = run(command)
        rows.append([f"10^{power}", f"{cost.peak:.0f} MB", f"{cost.wall:.1f} s"])
    table("`dmfsa lyapunov` of one orbit, largest exponent", ["steps", "peak memory", "wall"], rows)


if __name__ == "__main__":
    main()
