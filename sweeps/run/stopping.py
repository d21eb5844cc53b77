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
    """Give a `Stop` that SIGUSR1, a warning, sets to soon, and SIGTERM to now. For the main thread.

    Ctrl-C raises KeyboardInterrupt once, after which it is ignored: a second one would only cut short the words about
    what is kept.
    """
    stop = Stop()

    def warned(number: int, frame: FrameType | None) -> None:
        stop.soon.set()

    def ended(number: int, frame: FrameType | None) -> None:
        stop.now.set()

    def interrupted(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {
        signal.SIGUSR1: signal.signal(signal.SIGUSR1, warned),
        signal.SIGTERM: signal.signal(signal.SIGTERM, ended),
    }
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored, as behind nohup and &
        signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, signal.default_int_handler)
