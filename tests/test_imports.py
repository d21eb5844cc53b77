"""Who imports whom: no circles, public names from few places, and old paths that go on working."""

import ast
import importlib
import importlib.util
import subprocess
import sys
import types
import warnings

import pytest
from command import ENVIRONMENT, ROOT

import attractors
import dmfsa
import sweeps

PACKAGES = ("attractors", "dmfsa", "sweeps")
LONGEST = 400  # lines of a file
MOST = 14  # modules of a folder, beside `__init__`; dmfsa/ is flat by choice
OLD = [line.split(":") for line in (ROOT / "tests/data/import_paths_0.1.txt").read_text(encoding="utf-8").splitlines()]


def modules(root=ROOT):
    """All modules of the three packages: name -> file."""
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    return {".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


def imports(name, path, known):
    """Modules that a module imports, wherever the import stands: at the top, in a function, for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative imports are not looked at here"
            wanted = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        else:
            continue
        for full in wanted:
            found = full if full in known else full.rpartition(".")[0]
            if found in known and found != name:
                yield found


def circles(graph):
    """Nodes that reach each other: what is left when those without successors, or predecessors, are taken off."""
    left = {node: set(after) for node, after in graph.items()}
    for node in graph:
        for other in graph[node]:
            left.setdefault(other, set())
    while True:
        reached = {other for after in left.values() for other in after}
        ends = {node for node, after in left.items() if not after or node not in reached}
        if not ends:
            return left
        left = {node: after - ends for node, after in left.items() if node not in ends}


def graph_of(files, group=lambda name: name):
    """Who imports whom, between groups of modules."""
    graph = {}
    for name, path in files.items():
        here = group(name)
        graph.setdefault(here, set()).update({group(other) for other in imports(name, path, files)} - {here})
    return graph


def folder(name):
    """The folder of a module within its package; the module itself if it stands in none."""
    return ".".join(name.split(".")[:2])


def test_no_module_is_in_a_circle():
    assert circles(graph_of(modules())) == {}


def test_no_folder_is_in_a_circle():
    assert circles({node: after for node, after in graph_of(modules(), folder).items() if "." in node}) == {}


def test_a_circle_is_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == {"b": {"c"}, "c": {"b"}}
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == {}


def test_lazy_imports_and_those_for_types_count(tmp_path):
    (tmp_path / "dmfsa").mkdir()
    (tmp_path / "dmfsa" / "__init__.py").write_text("")
    (tmp_path / "dmfsa" / "a.py").write_text("def f():\n    from dmfsa import b\n")
    (tmp_path / "dmfsa" / "b.py").write_text("if TYPE_CHECKING:\n    from dmfsa.a import f\n")
    assert circles(graph_of(modules(tmp_path))) == {"dmfsa.a": {"dmfsa.b"}, "dmfsa.b": {"dmfsa.a"}}


def test_no_file_is_long():
    files = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in files.splitlines()}
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


@pytest.mark.parametrize("package", ["attractors", "sweeps"])
def test_no_folder_holds_many_modules(package):
    folders = [path.parent for path in (ROOT / package).rglob("__init__.py")]
    n_modules = {str(path.relative_to(ROOT)): len(list(path.glob("*.py"))) - 1 for path in folders}
    assert {name: n for name, n in n_modules.items() if n > MOST} == {}


def test_no_module_has_the_name_of_a_public_function():
    """`attractors.spectra.x` is either a module or a function, never first the one and then the other."""
    for name in set(modules()) - {"dmfsa.linear_noise"}:  # which is flat, and has one
        parent, _, child = name.rpartition(".")
        if parent:
            public = getattr(importlib.import_module(parent), child, None)
            assert public is None or isinstance(public, types.ModuleType), name


def test_completion_offers_public_names_only():
    for package in (attractors, dmfsa, sweeps):
        assert dir(package) == sorted(package.__all__)


# Paths of version 0.1

# Names that are no more, with what has taken their place.
GONE = {
    "attractors.drawings": {"draw"},  # Result.plot
    "sweeps.config.experiment": {"Quantity"},  # the registry of records
    "sweeps.config.model": {
        "Cycle",
        "FewPatterns",
        "Gaussian",
        "Model",
        "Positional",
        "UniformMeans",
    },  # models.Network
    "sweeps.config.slurm": {"minutes"},  # sweeps.config.cluster
    "sweeps.config.sweep": {"FeatureAxes"},  # the parameters of a model
    "sweeps.finite": {"labelled"},  # Classification.name
    "sweeps.finite_points": {"FinitePoints"},  # the lanes of models.spins
    "sweeps.network": {"finite_of"},  # models.spins
    "sweeps.points": {"ensemble_of"},  # Family.side_by_side
}


@pytest.mark.parametrize(("old", "names"), OLD, ids=[old for old, _ in OLD])
def test_an_old_path_goes_on_working(old, names):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        module = importlib.import_module(old)
        wanted = {name for name in names.split() if not name.isupper()}  # thresholds are nobody's interface
        gone = {name for name in wanted if not hasattr(module, name)}
    assert gone <= set(GONE.get(old, ()))
    if old not in modules():
        assert said, "a path that is gone has to warn"
        assert {warning.category for warning in said} == {DeprecationWarning}
        new = str(said[0].message).removeprefix(f"{old} has moved to ").split(" and ")
        assert all(importlib.util.find_spec(name) for name in new), new


def test_a_warning_points_at_the_line_that_imports(tmp_path):
    program = tmp_path / "mine.py"
    program.write_text("\nfrom attractors.lyapunov import Blocks\nfrom sweeps.slurm.plan import cut\n")
    said = subprocess.run(
        [sys.executable, "-W", "always::DeprecationWarning", program],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "mine.py:2: DeprecationWarning: attractors.lyapunov has moved to attractors.exponents.runs" in said
    assert "mine.py:3: DeprecationWarning: sweeps.slurm.plan has moved to sweeps.cluster.plan" in said


def test_an_old_module_does_not_take_the_place_of_a_function():
    with pytest.warns(DeprecationWarning, match=r"has moved to attractors\.spectra\.correlation"):
        from attractors.autocorrelation import Autocorrelation  # noqa: PLC0415
    assert Autocorrelation is attractors.Autocorrelation
    assert isinstance(attractors.autocorrelation, types.FunctionType)


def test_a_name_that_never_was_is_told():
    for old in ("attractors.autocorrelation", "attractors.spectra"):
        with pytest.raises(AttributeError, match="nonsense"):
            importlib.import_module(old).nonsense  # noqa: B018
