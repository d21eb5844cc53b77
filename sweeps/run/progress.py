"""Progress of a long run: points done, points per second, time left."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes longer to load than a look at a folder of results does
    from rich.console import Console
    from rich.progress import Progress, TaskID

EVERY = 5.0  # seconds between lines where there is no terminal


class Meter:
    """Counts the map steps that threads report, and knows what is left.

    Parameters
    ----------
    n_points, n_steps : int
        Points to do, and steps of each.
    """

    def __init__(self, n_points: int, n_steps: int) -> None:
        self.n_points = n_points
        self._n_steps = max(1, n_steps)
        self._done = 0
        self._begin = time.monotonic()
        self._lock = threading.Lock()

    def add(self, n_steps: int) -> None:
        """Count steps done; safe from any thread."""
        with self._lock:
            self._done += n_steps

    @property
    def points_done(self) -> float:
        """Points done, parts of points included."""
        return min(self._done / self._n_steps, float(self.n_points))

    def __str__(self) -> str:
        seconds = max(time.monotonic() - self._begin, 1e-9)
        rate = self.points_done / seconds
        left = (self.n_points - self.points_done) / rate if rate > 0 else float("inf")
        return f"{int(self.points_done)}/{self.n_points} points, {rate:.3g} points/s, {clock(left)} left"


def clock(seconds: float) -> str:
    """Write seconds as h:mm:ss."""
    if seconds == float("inf"):
        return "-:--:--"
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


@contextmanager
def shown(meter: Meter, *, quiet: bool = False) -> Iterator[None]:
    """Show the meter on stderr while the body runs: a bar on a terminal, a line now and then elsewhere."""
    from rich.console import Console  # noqa: PLC0415 - only what runs long waits for it
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    console = Console(stderr=True, quiet=quiet)
    ended = threading.Event()
    if console.is_terminal:
        with Progress(BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as bar:
            watcher = threading.Thread(target=_bar, args=(meter, bar, bar.add_task("", total=meter.n_points), ended))
            yield from _watched(watcher, ended)
    else:
        yield from _watched(threading.Thread(target=_lines, args=(meter, console, ended)), ended)


def _watched(watcher: threading.Thread, ended: threading.Event) -> Iterator[None]:
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _bar(meter: Meter, bar: "Progress", task: "TaskID", ended: threading.Event) -> None:
    while not ended.wait(0.1):
        bar.update(task, completed=meter.points_done, description=str(meter))
    bar.update(task, completed=meter.points_done, description=str(meter))


def _lines(meter: Meter, console: "Console", ended: threading.Event) -> None:
    while not ended.wait(EVERY):
        console.print(str(meter), highlight=False)
    console.print(str(meter), highlight=False)
