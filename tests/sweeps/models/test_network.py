"""From a config to features, maps and starting windows; checkpoints that are none."""

import pickle
import re
import zipfile

import numpy as np
import pytest
from experiments import small

from dmfsa import Features, MeanFieldMap, Window
from sweeps.config import ConfigError
from sweeps.models import made
from sweeps.models.made import blocks_of
from sweeps.models.network import MeanFieldFamily, features_of, full, map_of, starts_of
from sweeps.models.network_config import Network

SIGNS = np.array([[1, -1, 1], [-1, -1, 1]])
POSITIONAL = np.array([[1, 1], [1, -1]])
ARRAYS = {
    "ensemble": "arrays",
    "o": SIGNS,
    "v": -SIGNS,
    "q": SIGNS[::-1],
    "k": SIGNS,
    "positional": {"o": POSITIONAL, "v": -POSITIONAL, "q": POSITIONAL[::-1], "k": POSITIONAL},
}
RANDOM = {"random": {"n": 3, "seed": 5}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"seed": 7}, lambda: Features.segments(seed=7)),
        ({"n_segments": 9, "n_patterns": 2}, lambda: Features.segments(n_segments=9, n_patterns=2)),
        ({"ensemble": "iid", "n_columns": 20, "seed": 3}, lambda: Features.iid(n_columns=20, seed=3, n_patterns=3)),
        ({"ensemble": "gaussian", "scale": 0.3}, lambda: Features.gaussian(n_patterns=3, scale=0.3, seed=1)),
        ({"ensemble": "uniform_means", "seed": 4}, lambda: Features.uniform_means(n_patterns=3, seed=4)),
        ({"ensemble": "cycle", "n_patterns": 4}, lambda: Features.cycle(n_patterns=4, seed=1)),
    ],
    ids=lambda value: value.get("ensemble", "segments") if isinstance(value, dict) else "",
)
def test_features_are_those_of_the_config(given, expected):
    made = features_of(small(model={"beta": 1, "features": given}, start=RANDOM))
    for name in ("signs", "coefficients", "positional"):
        np.testing.assert_array_equal(getattr(made, name), getattr(expected(), name))


def test_features_written_out():
    made = features_of(small(model={"beta": 1, "features": ARRAYS}, start=RANDOM))
    np.testing.assert_array_equal(made.semantic, [ARRAYS[role] for role in "ovqk"])
    np.testing.assert_array_equal(made.positional, [ARRAYS["positional"][role] for role in "ovqk"])


def test_positional_bits_reach_the_features():
    config = small(model={"beta": 1, "context": 8, "positional_bits": 3}, start=RANDOM)
    assert features_of(config).positional_bits == 3
    assert map_of(config).context == 8


def test_a_point_overrides_the_model_and_the_rest_is_the_models():
    config = small(model={"beta": 1.5, "gamma": 100, "epsilon": 0.1})
    network = map_of(config)
    assert (network.beta, network.gamma, network.epsilon, network.context) == (1.5, 100, 0.1, 4)
    network = map_of(config, beta=0.0, epsilon=0.0)
    assert (network.beta, network.gamma, network.epsilon) == (0.0, 100, 0.0)


def test_a_sweep_over_beta_is_not_a_point():
    config = small(model=None, sweep={"beta": {"values": [1, 2]}})
    with pytest.raises(ConfigError, match=r"^model\.beta is missing: .*; set model\.beta\.$"):
        map_of(config)


def test_blocks_are_whole_periods_of_the_clock():
    run = {"n_transient": 1000, "n_steps": 2001, "n_exponents": 1}
    blocks = blocks_of(small(run=run))
    assert sum((blocks.n_before, blocks.n_settle, blocks.n_blocks * blocks.block_length)) == 3001
    assert (blocks.n_blocks, blocks.block_length) == (64, 28)
    assert blocks_of(small(run={**run, "n_exponents": 0})) == (1000, 0, 1, 2001)


# Starts


def read_checkpoint(path, context, n_patterns):
    model = Network(context=context, features={"n_patterns": n_patterns})
    return made.read_checkpoint(path, model, MeanFieldFamily(model))


def starts(start, **model):
    config = small(model={"beta": 1.27, **model}, start=start)
    return starts_of(config, map_of(config))


def test_the_papers_window():
    (window,) = starts({"window": "paper_beta3"})
    np.testing.assert_array_equal(window.attention, Window.paper_beta3().attention)
    assert window.phase == 3


def test_a_window_written_out():
    rows = np.arange(12).reshape(4, 3) / 12
    (window,) = starts({"window": rows, "phase": 2})
    np.testing.assert_array_equal(window.attention, rows)
    assert window.phase == 2
    assert starts({"window": rows})[0].phase == 0


def test_random_windows_are_fixed_by_the_seed():
    drawn = starts(RANDOM)
    assert len(drawn) == 3
    for window, expected in zip(drawn, Window.random(4, 3, seed=5, n=3), strict=True):
        np.testing.assert_array_equal(window.attention, expected.attention)
        assert window.phase == 0


def test_a_token_start_is_the_published_one_and_grows():
    config = small(start={"token": "q1"})
    network = map_of(config)
    (window,) = starts_of(config, network)
    spins = np.concatenate([network.features.semantic[2, 1], [-1, -1]])
    np.testing.assert_array_equal(window.attention, network.start_from_token(spins).attention)
    assert (window.context, window.phase) == (1, 0)
    grown = full(network, window)
    assert (grown.context, grown.phase) == (4, 3)
    np.testing.assert_array_equal(grown.attention[3], window.attention[0])
    np.testing.assert_array_equal(grown.attention, network.trajectory(window, 3).end.attention)
    np.testing.assert_array_equal(full(network, grown).attention, grown.attention)
    assert full(network, grown).phase == 3


def test_a_token_start_has_the_epsilon_of_its_map():
    config = small(start={"token": "o0"})
    features = features_of(config)
    of_epsilon = [starts_of(config, map_of(config, features, epsilon=x))[0].attention for x in (0.0, 0.5)]
    m_v = features.semantic[1] @ features.semantic[0, 0] / 99
    np.testing.assert_allclose(of_epsilon[0][0], m_v, atol=1e-15)
    assert np.abs(of_epsilon[1][0] - m_v).max() > 0.01


def test_a_token_needs_matrices():
    with pytest.raises(ConfigError, match=r"^start\.token = 'o0' needs feature matrices, which the ensemble 'cycle'"):
        starts({"token": "o0"}, features={"ensemble": "cycle"})


# Checkpoints


@pytest.fixture
def checkpoint(tmp_path):
    """Write w.npz; without arguments a good one."""

    def write(**arrays):
        path = tmp_path / "w.npz"
        np.savez(path, **{"attention": np.zeros((4, 3)), "phase": 1, **arrays})
        return path

    return write


def test_a_checkpoint_that_is_good(checkpoint):
    attention = np.arange(12).reshape(4, 3) / 20
    for dtype in ("f8", "f4", "i4"):
        window = read_checkpoint(checkpoint(attention=attention.astype(dtype), phase=np.int64(3)), 4, 3)
        np.testing.assert_array_equal(window.attention, attention.astype(dtype))
        assert window.phase == 3


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"attention": np.zeros((3, 3))},
            "attention has shape (3, 3) and type float64, but must have shape (4, 3) and",
        ),
        ({"attention": np.zeros(12)}, "attention has shape (12,) and type float64, but must have shape (4, 3)"),
        ({"attention": np.full((4, 3), np.nan)}, "attention must be finite, got nan."),
        ({"attention": np.full((4, 3), np.inf)}, "attention must be finite, got inf."),
        ({"attention": np.zeros((4, 3), complex)}, "type complex128, but must have shape (4, 3) and hold numbers."),
        ({"attention": np.full((4, 3), "a")}, "type <U1, but must have shape (4, 3) and hold numbers."),
        ({"phase": [1]}, "phase has shape (1,) and type int64, but must have shape () and hold one whole number."),
        ({"phase": 0.5}, "phase has shape () and type float64, but must have shape () and hold one whole number."),
        ({"phase": -1}, "phase must be an integer >= 0 and below 2**53, got -1."),
        ({"attention": np.array([object()])}, "cannot be read: it holds pickled objects."),
    ],
)
def test_checkpoints_whose_arrays_do_not_fit(checkpoint, arrays, message):
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        read_checkpoint(checkpoint(**arrays), 4, 3)
    assert str(caught.value).startswith(f"start.checkpoint = '{checkpoint()}'")


def test_checkpoints_without_the_arrays(tmp_path):
    np.savez(tmp_path / "w.npz", attention=np.zeros((4, 3)), other=1)
    with pytest.raises(ConfigError, match=r"has no array 'phase'; it holds attention, other\.$"):
        read_checkpoint(tmp_path / "w.npz", 4, 3)
    zipfile.ZipFile(tmp_path / "w.npz", "w").close()
    with pytest.raises(ConfigError, match=r"has no array 'attention'; it holds none\.$"):
        read_checkpoint(tmp_path / "w.npz", 4, 3)
    with zipfile.ZipFile(tmp_path / "w.npz", "w") as file:
        file.writestr("attention", "text")
        file.writestr("phase", "text")
    with pytest.raises(ConfigError, match=r"cannot be used: 'attention' in it is no array\.$"):
        read_checkpoint(tmp_path / "w.npz", 4, 3)


def test_files_that_are_no_checkpoint(checkpoint, tmp_path):
    path = checkpoint()
    whole = path.read_bytes()
    broken = {
        "empty": b"",
        "truncated": whole[: len(whole) // 2],
        "text": b"no zip at all",
        "pickle": pickle.dumps({"attention": 1}),
        "one bit": whole[:150] + bytes([whole[150] ^ 255]) + whole[151:],
    }
    for what, content in broken.items():
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"it is damaged") as caught:
            read_checkpoint(path, 4, 3)
        assert "pickle" not in str(caught.value), what
    np.save(tmp_path / "w.npy", np.zeros((4, 3)))
    (tmp_path / "w.npy").replace(path)
    with pytest.raises(ConfigError, match="it is damaged, or no npz file"):
        read_checkpoint(path, 4, 3)


def test_checkpoints_that_are_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"^start\.checkpoint = '.*none\.npz' does not exist\.$"):
        read_checkpoint(tmp_path / "none.npz", 4, 3)
    with pytest.raises(ConfigError, match=r"cannot be read: Is a directory\.$"):
        read_checkpoint(tmp_path, 4, 3)


def test_no_checkpoint_runs_code(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "trapped"), "w"))

    array = np.empty((4, 3), dtype=object)
    array[:] = Trap()
    np.savez(tmp_path / "w.npz", attention=array, phase=0)
    (tmp_path / "trapped").unlink(missing_ok=True)
    with pytest.raises(ConfigError, match="it holds pickled objects"):
        read_checkpoint(tmp_path / "w.npz", 4, 3)
    assert not (tmp_path / "trapped").exists()


def test_a_map_of_the_config_takes_a_step():
    network = map_of(small())
    assert isinstance(network, MeanFieldMap)
    assert network.step(Window.paper_beta3()).phase == 4
