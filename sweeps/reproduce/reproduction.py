"""Run what figures need into one folder, draw them, and write what was measured beside what was known."""

import sysconfig
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.config import Config, ConfigError, load_config
from sweeps.files import written_whole
from sweeps.reproduce import CONFIGS
from sweeps.run.local import run_sweep
from sweeps.run.stopping import Stop

if TYPE_CHECKING:  # they draw, so they load long: while the sweeps run
    import xarray as xr

    from sweeps.reproduce.comparison import Row
    from sweeps.reproduce.figures import Made, Sweep

SOURCE = Path(__file__).parents[2] / "cfgs"  # of a folder of the source
INSTALLED = Path(sysconfig.get_path("data"), "share", "dmfsa", "cfgs")


@dataclass(frozen=True, eq=False)
class Reproduction:
    """What was made.

    Attributes
    ----------
    folders : tuple of Path
        Those of the sweeps, as `run_sweep` leaves them.
    files : tuple of Path
        Figures and tables.
    rows : tuple of Row
        What was measured beside what was known.
    n_failed : int
        Points that could not be computed.
    """

    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    rows: "tuple[Row, ...]"
    n_failed: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "folders": [str(folder) for folder in self.folders],
            "files": [str(file) for file in self.files],
            "table": [row.to_dict() for row in self.rows],
            "n_failed": self.n_failed,
        }


def config_file(name: str) -> Path:
    """Return the config of cfgs/ with this name, in the source's folder or where it was installed.

    Raises
    ------
    ConfigError
        If it is in neither.
    """
    for folder in (SOURCE, INSTALLED):
        if (folder / f"{name}.yaml").exists():
            return folder / f"{name}.yaml"
    raise ConfigError(f"cfgs/{name}.yaml is neither in {SOURCE} nor in {INSTALLED}: install dmfsa again.")


def reproduce(
    names: Sequence[str],
    out: Path,
    overrides: Sequence[str] = (),
    *,
    workers: int | None = None,
    quiet: bool = False,
    stop: Stop | None = None,
) -> Reproduction:
    """Make figures of the paper: run their sweeps, or what is missing of them, draw, and compare.

    Parameters
    ----------
    names : sequence of str
        Out of `CONFIGS`.
    out : Path
        Folder of it all. Each sweep has a folder in it, named after its config; figures share those they have in
        common.
    overrides : sequence of str
        ``key=value``, for all configs.
    workers, quiet, stop
        As for `run_sweep`.

    Returns
    -------
    Reproduction
        NAME.png and NAME.pdf; NAME_regimes.csv for sweeps over β, NAME_table.csv where numbers were known.

    Raises
    ------
    ConfigError
        If an override does not fit one of the configs; then nothing has been run.
    StoreError, KeyboardInterrupt
        As `run_sweep`. What is done is kept, and the next call goes on from there.
    """
    threading.Thread(target=import_module, args=["sweeps.reproduce.figures"]).start()
    configs = {name: configs_of(name, overrides) for name in names}
    plain = {config.name: config for name in names for config in configs_of(name, ())}
    found: dict[str, Sweep] = {}
    files: list[Path] = []
    rows: list[Row] = []
    for name, needed in configs.items():
        for config in needed:
            if config.name not in found:
                dataset = _run(config, out / config.name, workers=workers, quiet=quiet, stop=stop)
                found[config.name] = _as_known(config, dataset, plain[config.name])
        made = _draw(name, [found[config.name] for config in needed], out)
        files += made.files
        rows += made.rows
    folders = tuple(out / name for name in found)
    n_failed = sum(int(sweep.dataset.attrs["n_failed"]) for sweep in found.values())
    return Reproduction(folders, tuple(files), tuple(rows), n_failed)


def configs_of(name: str, overrides: Sequence[str]) -> list[Config]:
    """Return the configs that a figure needs."""
    stems, own = CONFIGS[name]
    return [load_config(config_file(stem), [*own, *overrides]) for stem in stems]


def _evenly(config: Config) -> bool:
    """Whether the swept values are a range, not a list of which each stands for itself."""
    return config.sweep is not None and all(axis.n for axis in config.sweep.axes.values())


def _run(config: Config, folder: Path, *, workers: int | None, quiet: bool, stop: Stop | None) -> "xr.Dataset":
    datasets: list[xr.Dataset] = []

    def keep(dataset: "xr.Dataset", _: Path) -> None:
        datasets.append(dataset)

    run_sweep(config, folder, workers=workers, quiet=quiet, beside=keep, stop=stop)
    return datasets[0]


def _as_known(config: Config, dataset: "xr.Dataset", plain: Config) -> "Sweep":
    """Say of a sweep whether numbers of its network, from its start, were known: those of the config as it stands."""
    from sweeps.reproduce.figures import Sweep  # noqa: PLC0415 - loads while the sweep runs

    return Sweep(config, dataset, (config.model, config.start) == (plain.model, plain.start))


def _draw(name: str, sweeps: "Sequence[Sweep]", out: Path) -> "Made":
    """Draw one figure, and write its tables."""
    from sweeps.regimes import has_regimes, regimes_csv  # noqa: PLC0415 - as above
    from sweeps.reproduce.comparison import rows_csv  # noqa: PLC0415 - as above
    from sweeps.reproduce.figures import DRAWN, Made  # noqa: PLC0415 - as above

    files, rows = DRAWN[name](sweeps, out / name)
    texts = {}
    if len(sweeps) == 1 and has_regimes(sweeps[0].dataset) and _evenly(sweeps[0].config):
        texts["regimes"] = regimes_csv(sweeps[0].dataset)
    if rows:
        texts["table"] = rows_csv(rows)
    for what, text in texts.items():
        files.append(out / f"{name}_{what}.csv")
        with written_whole(files[-1]) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    return Made(files, rows)
