"""The command line as a process of its own, and what a refusal looks like."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAPER = ROOT / "cfgs" / "paper.yaml"
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background has it ignored
from sweeps.cli import main
sys.argv[0] = "dmfsa"
sys.exit(main())
"""


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def dmfsa(*arguments, first="", **options):
    """Run it as a process of its own."""
    command = [sys.executable, "-c", f"{first}\n{PROGRAM}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=300, **options)


def contents(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def assert_refused(result, code, *words):
    """One message on stderr that has these words, nothing on stdout, no traceback."""
    given, out, err = result
    assert (given, out) == (code, ""), err
    assert len(re.findall(r"^dmfsa.*: ", err, flags=re.MULTILINE)) == 1, err
    assert err.startswith(("dmfsa: ", "usage: dmfsa ")), err
    assert "Traceback" not in err
    for word in words:
        assert word in err
