"""Run all benchmarks, each in a process of its own, and write benchmarks/RESULTS.md; give names to run only those.

A part that fails says so in its section, and the others go on. Parts not run keep what RESULTS.md says of them.
"""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
PARTS = {  # title, and whether it is measured in one thread
    "yardstick": ("Against C, and against what the arithmetic allows", True),
    "others": ("Beside other programs", True),
    "scaling": ("Cost against work", True),
    "analyses": ("Analyses of a window", True),
    "cycles_and_vectors": ("Cycles and covariant vectors", True),
    "headline": ("The paper's figure 3a", False),
    "sweep_machinery": ("The machinery of sweeps", False),
    "startup": ("Start-up", False),
    "memory": ("Memory of a long orbit", False),
    "labels": ("Labels of attractors", True),
    "finite": ("Networks of N spins", True),
    "closures": ("Closures of the kinetic Ising model", True),
    "weights": ("Designed networks, and one bit or more", True),
}
PACKAGES = ("numba", "llvmlite", "numpy", "xarray", "netCDF4", "matplotlib", "pynamicalsys", "ntsa")
LIMIT = 2400  # seconds for one part


def main(asked: list[str]) -> int:
    unknown = set(asked) - set(PARTS)
    if unknown:
        print(f"there is no benchmark {sorted(unknown)[0]!r}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    failed = []
    for name in asked or PARTS:
        print(f"{name} …", file=sys.stderr, flush=True)
        text, good = part(name)
        sections = earlier() | {name: text}  # read again: another part may have been measured meanwhile
        failed += [] if good else [name]
        RESULTS.write_text(document(sections), encoding="utf-8")
    print(f"wrote {RESULTS.relative_to(HERE.parent)}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def part(name: str) -> tuple[str, bool]:
    """Run one benchmark; return its section, and whether it came to its end."""
    title, one_thread = PARTS[name]
    threads = ONE_THREAD if one_thread else {}
    load, began = os.getloadavg()[0], time.monotonic()
    program = HERE / name if (HERE / name).is_dir() else HERE / f"{name}.py"
    command = [sys.executable, str(program)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HERE.parent, env=os.environ | threads
    ) as child:
        try:
            stdout, stderr = child.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            child.kill()
            stdout, stderr = child.communicate()
            stderr += f"\nstopped after {LIMIT} s"
    good = child.returncode == 0
    shown = " ".join([*(f"{key}={value}" for key, value in threads.items()), f"python benchmarks/{program.name}"])
    lines = [
        f"## {title}",
        "",
        f"`{shown}`, {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, {time.monotonic() - began:.0f} s; "
        f"load of the machine before: {load:.1f}.",
        "",
        stdout.strip(),
    ]
    if not good:
        why = stderr.strip().splitlines()[-1:] or [f"exit code {child.returncode}"]
        lines += ["", f"**Failed**: {anonymous(why[0])}"]
        print(stderr, file=sys.stderr)
    return "\n".join(lines) + "\n", good


def anonymous(text: str) -> str:
    """Leave out the folders of this machine."""
    return re.sub(r"(/[\w.\-]+)+/", "…/", text)


def earlier() -> dict[str, str]:
    """Sections of RESULTS.md as it is."""
    if not RESULTS.exists():
        return {}
    pieces = re.split(r"(?m)^(?=## )", RESULTS.read_text(encoding="utf-8"))[1:]
    names = {title: name for name, (title, _) in PARTS.items()}
    return {names[title]: piece for piece in pieces if (title := piece.splitlines()[0][3:]) in names}


def document(sections: dict[str, str]) -> str:
    head = [
        "# Results",
        "",
        "Written by `make bench`, or `python benchmarks/run.py [NAME …]`; each part says how it is repeated alone.",
        "Each is a process of its own. Quotients are medians over rounds in which the programs take turns.",
        "",
        f"- Machine: {processor()}, {len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.machine()}",
        f"- Versions: {versions()}",
        f"- C compiler: {compiler()}",
        "",
    ]
    return "\n".join([*head, *(sections[name].rstrip() + "\n" for name in PARTS if name in sections)])


def processor() -> str:
    information = Path("/proc/cpuinfo")
    text = information.read_text(encoding="utf-8") if information.exists() else ""
    names = re.findall(r"model name\s*: (.*)", text)
    widths = [width for width in ("avx512f", "avx2") if width in text]
    return (names[0] if names else platform.processor() or "unknown processor") + (f", {widths[0]}" if widths else "")


def versions() -> str:
    there = []
    for name in PACKAGES:
        try:
            there.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            there.append(f"{name} not installed")
    return ", ".join([f"Python {platform.python_version()}", *there])


def compiler() -> str:
    try:
        said = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return said.splitlines()[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
