"""`dmfsa blanket`: the published curves, exact zeros, the commands with their files, and what a config may not say."""

import csv
import json

import numpy as np
import pytest

from attractors import SampledInformationStatus
from dmfsa import Features
from sweeps.blanket import attention, curves, ising, lorenz
from sweeps.config import ConfigError
from sweeps.config.blanket import (
    AttentionBlanket,
    Betas,
    Couplings,
    IsingBlanket,
    LorenzBlanket,
    Parts,
    load_blanket,
)

INFORMATION_QUANTUM, PRODUCTION_QUANTUM = 4.7e-9, 6.4e-8  # of the published figure
QUARTERS = curves.PERCENTILES


def test_the_curve_without_disorder_is_the_published_one():
    """At all 61 β, to 1 %, or to what the figure resolves."""
    case = Couplings(j0=1.0, dj=0.0)
    (found,), known = ising.blanket_curves(IsingBlanket(cases=(case,))), curves.published(case)
    np.testing.assert_allclose(found.beta, known.beta, atol=1e-12)
    for name, quantum in (("information", INFORMATION_QUANTUM), ("entropy_production", PRODUCTION_QUANTUM)):
        ours, theirs = getattr(found, name)[2], getattr(known, name)[2]
        assert (np.abs(ours - theirs) <= np.maximum(0.01 * np.abs(theirs), quantum)).all()
    assert found.information[2, 24] == pytest.approx(1.05e-4, rel=0.01)
    assert found.information[2, 34] == pytest.approx(1.96e-4, rel=0.01)
    assert found.n_networks == 1


@pytest.mark.slow
def test_percentiles_of_networks_are_the_published_ones():
    """At β = 5/3, 2.5, 5, 2,000 networks against 10,000: percentile p within 4 of its errors, √(p (1-p) / n) in "
    "rank."""
    n = 2_000
    cases = (Couplings(j0=0.0, dj=0.3), Couplings(j0=1.0, dj=0.3))
    found = ising.blanket_curves(IsingBlanket(cases=cases, beta=Betas(n=4), n_networks=n, seed=1))
    for one, case in zip(found, cases, strict=True):
        known = curves.published(case)
        J = ising.couplings_of(IsingBlanket(cases=cases, n_networks=n, seed=1), case, cases.index(case))
        for i, b in enumerate(one.beta[1:], start=1):
            values = ising._at(b, J, IsingBlanket(), lambda n: None)
            here = np.abs(known.beta - b).argmin()
            for row, name in zip(values, curves.QUANTITIES, strict=True):
                assert np.percentile(row, 50) == getattr(one, name)[2, i]
                for k, percent in enumerate(curves.PERCENTILES):
                    p = percent / 100.0
                    rank = np.mean(row <= getattr(known, name)[k, here])
                    assert abs(rank - p) < 4.0 * np.sqrt(p * (1.0 - p) * (1.0 / n + 1e-4)), (case, b, name, percent)


def test_without_self_couplings_the_blanket_is_exact():
    """Symmetric couplings without J_ii: equilibrium, of which b is a Markov blanket at every β."""
    (found,) = ising.blanket_curves(IsingBlanket(cases=(Couplings(j0=1.0, dj=0.0),), self_couplings=False))
    assert np.abs(found.information).max() < 1e-12
    assert np.abs(found.entropy_production).max() < 1e-12


def test_parallel_networks_and_other_parts():
    config = IsingBlanket(
        parts=Parts(x=1, b=0, y=2), cases=(Couplings(),), beta=Betas(n=3), n_networks=4, updates="parallel"
    )
    (found,) = ising.blanket_curves(config)
    np.testing.assert_allclose(found.information, 0.0, atol=1e-14)  # nothing lies between: x and y are apart
    assert (found.entropy_production[:, 1:] > 0.0).all()
    assert np.abs(found.entropy_production[:, 0]).max() < 1e-15


def test_attention_is_irreversible_and_its_curves_repeat():
    config = AttentionBlanket(
        beta=Betas(last=2.0, n=3), n_networks=3, gamma=(0.0, 9.0), epsilon=(0.0, 0.3), context=(1, 2)
    )
    found, again = attention.attention_curves(config), attention.attention_curves(config)
    assert [tuple(one.parameters.values()) for one in found][:3] == [(1, 0.0, 0.0), (1, 0.0, 0.3), (2, 0.0, 0.0)]
    for one, same in zip(found, again, strict=True):
        np.testing.assert_array_equal(one.information, same.information)
        assert (one.entropy_production > -1e-14).all()
        assert (one.entropy_production[:, 1:] > 0.0).all()
    features = Features.iid(n_patterns=2, n_columns=4, seed=1)
    one, other = (attention._of_network(features, config, 1.0, gamma, 0.3, 1) for gamma in (0.0, 9.0))
    assert one == pytest.approx(other, abs=1e-14)  # γ decides nothing for L = 1


def small_lorenz(**options):
    return LorenzBlanket(**{"n_trajectories": 2_000, "times": (0.55, 1.0), "schemes": ("euler",), **options})


@pytest.mark.slow
def test_the_published_information_of_the_pair():
    """At t = 0.55 and 2.875, 2·10⁵ trajectories: to 15 %, as published, without correction."""
    config = small_lorenz(n_trajectories=200_000, times=(0.55, 2.875))
    (found,) = lorenz.lorenz_curves(config)
    np.testing.assert_allclose(found.plug_in_nats / lorenz.UNIT, [0.2656, 0.3992], rtol=0.15)
    known = lorenz.published()
    for time, value in ((0.55, 0.266), (2.875, 0.399), (10.0, 0.280)):
        here = np.abs(known["coupled"][:, 0] - time).argmin()
        assert known["coupled"][here, 1] == pytest.approx(value, abs=6e-4)
    assert known["uncoupled"][:, 1].max() < 0.002
    assert found.status is lorenz.LorenzStatus.BOUNDED


@pytest.mark.slow
def test_systems_apart_know_nothing_of_each_other():
    (found,) = lorenz.lorenz_curves(small_lorenz(chi=(0.0,), n_trajectories=20_000, bins=4, times=(1.0, 2.0)))
    assert (np.abs(found.nats) < 5.0 * np.array([one.standard_error_nats for one in found.found]) + 2e-3).all()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_growth_without_bounds_is_told(scheme):
    (found,) = lorenz.lorenz_curves(small_lorenz(chi=(0.5,), schemes=(scheme,), times=(1.0, 10.0, 20.0)))
    assert found.status is lorenz.LorenzStatus.UNBOUNDED
    assert "the flow diverges" in found.status.value
    assert found.outside[-1] == 1.0
    assert found.title.endswith(": unbounded")
    assert found.found[0].status is not SampledInformationStatus.SHORT


def test_bins_that_are_too_narrow_are_told():
    (found,) = lorenz.lorenz_curves(small_lorenz(half_width=10.0, times=(2.0, 4.0)))
    assert found.status is lorenz.LorenzStatus.NARROW


# ---- the commands ---------------------------------------------------------------------------------------------


SMALL = {
    "ising": ["n_networks=6", "beta.n=3"],
    "attention": ["n_networks=2", "beta.n=3", "gamma=[0]", "context=[1]"],
    "lorenz": ["n_trajectories=300", "times=[0.1, 0.2]", "bins=3"],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SMALL)
def test_a_command_writes_a_table_and_a_figure(kind, run, tmp_path):
    sets = [word for one in SMALL[kind] for word in ("--set", one)]
    code, out, err = run("blanket", kind, f"cfgs/blanket_{kind}.yaml", *sets, "--out", tmp_path / "a", "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["name"] == f"blanket-{kind}"
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"blanket.csv", "blanket.png", "blanket.pdf"}
    with (tmp_path / "a" / "blanket.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    n_each = 3 if kind != "lorenz" else 2
    assert len(rows) == n_each * len(document["curves"])
    assert "points" in err
    if kind != "lorenz":
        return
    code, out, _ = run("blanket", kind, f"cfgs/blanket_{kind}.yaml", *sets, "--out", tmp_path / "b")
    assert (code, out.count("wrote ")) == (0, 3)
    assert (tmp_path / "a" / "blanket.csv").read_bytes() == (tmp_path / "b" / "blanket.csv").read_bytes()


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (IsingBlanket, "parts.x=9", "parts has 13 spins; at most 12 can be enumerated"),
        (IsingBlanket, "beta.first=-1", "beta.first = -1 must be 0 or larger"),
        (IsingBlanket, "updates=both", "must be one of sequential, parallel"),
        (IsingBlanket, "self_coupling=true", "did you mean 'self_couplings'"),
        (AttentionBlanket, "context=[0]", "context[0] = 0 must be at least 1"),
        (AttentionBlanket, "epsilon=[2]", "must be between 0 and 1"),
        (LorenzBlanket, "dt=0", "dt = 0 must be larger than 0"),
        (LorenzBlanket, "schemes=[heun]", "must be one of euler, rk4"),
        (LorenzBlanket, "n_trajectories=10", "must be at least 256"),
    ],
)
def test_a_config_says_what_it_may_not(kind, given, message):
    name = kind.__name__.removesuffix("Blanket").lower()
    with pytest.raises(ConfigError) as error:
        load_blanket(kind, f"cfgs/blanket_{name}.yaml", [given])
    assert message in str(error.value)


def test_the_shipped_configs_are_the_published_experiments():
    networks = load_blanket(IsingBlanket, "cfgs/blanket_ising.yaml")
    assert networks == IsingBlanket()
    assert [curves.published(case) is not None for case in networks.cases] == [True] * 3
    pair = load_blanket(LorenzBlanket, "cfgs/blanket_lorenz.yaml")
    assert (pair.chi, pair.dt, pair.bins, pair.half_width) == ((-0.5,), 0.005, 24, 52.5)
    assert {0.55, 2.875, 10.0, 40.0} <= set(pair.times)
    assert curves.published(Couplings(j0=0.5)) is None
