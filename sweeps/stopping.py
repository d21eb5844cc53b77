"""How a run is asked to stop: at once, or when the shards it is at are done."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """A wish to stop, from any thread.

    Attributes
    ----------
    soon : threading.Event
        Begin nothing new; what has begun is finished.
    now : threading.Event
        Give up what has begun. Finished shards are kept all the same.
    """

    def __init__(self) -> None:
        self.soon = threading.Event()
        self.now = threading.Event()

    @property
    def wanted(self) -> bool:
        """Whether it has been asked for, in either way."""
        return self.soon.is_set() or self.now.is_set()


@contextmanager
def on_signals() -> Iterator[Stop]:
    """Give a `Stop` that SIGUSR1, a warning, sets to soon, and SIGTERM to now. For the main thread."""
    stop = Stop()

    def warned(number: int, frame: FrameType | None) -> None:
        stop.soon.set()

    def ended(number: int, frame: FrameType | None) -> None:
        stop.now.set()

    before = {
        signal.SIGUSR1: signal.signal(signal.SIGUSR1, warned),
        signal.SIGTERM: signal.signal(signal.SIGTERM, ended),
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
