"""What the page computes by itself: orbits, spectra and sections, beside what the program computes."""

import numpy as np
import pytest
from browser import why_not

from attractors import autocorrelation
from dmfsa import Features, MeanFieldMap, Window

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=f"no browser here: {why_not()}"),
]


@pytest.mark.parametrize(
    ("features", "parameters"),
    [
        (Features.segments(), {"beta": 1.28}),
        (Features.iid(n_patterns=2, positional_bits=5, seed=3), {"beta": 2.5, "gamma": 90.0, "context": 32}),
        (Features.slots("loop1"), {"beta": 1.2, "gamma": 20.0, "epsilon": 0.1}),
        (Features.iid(values=(-2, 0, 1), seed=3).with_table("sinusoidal"), {"beta": 0.8, "gamma": 20.0}),
        (Features.gaussian(n_patterns=4, seed=2), {"beta": 1.7, "epsilon": 0.3, "context": 3}),
    ],
    ids=["paper", "long context", "slots", "ternary, sinusoidal clock", "four patterns"],
)
def test_the_map_of_the_page_is_the_map(along_beta, quiet, features, parameters):
    """Rounding differs by 1e-16 and grows by e^0.15 a step at most, here over 60 steps: 1e-12."""
    network = MeanFieldMap(features, **parameters)
    start = Window.random(network.context, features.n_patterns, seed=5)[0]
    expected, window = [], start
    for _ in range(60):
        expected.append(network.mean_fields(window.attention[0], window.phase).o_semantic)
        window = network.step(window)
    described = {
        "M": features.n_patterns,
        "J": len(features.signs),
        "L": network.context,
        "P": features.positional_bits,
        "signs": features.signs.ravel().tolist(),
        "coefficients": features.coefficients.ravel().tolist(),
        "positional": features.positional.ravel().tolist(),
        "table": None if features.table is None else features.table.ravel().tolist(),
    }
    quiet.see(along_beta[1])
    series, end, phase = quiet.run(
        "const found = orbitOf(...arguments); return [[...found.series], [...found.end], found.phase]",
        described,
        {name: getattr(network, name) for name in ("beta", "gamma", "epsilon")},
        start.attention.ravel().tolist(),
        start.phase,
        60,
    )
    np.testing.assert_allclose(np.reshape(series, (60, -1)), expected, atol=1e-12)
    np.testing.assert_allclose(end, window.attention.ravel(), atol=1e-12)
    assert phase == window.phase % 2**features.positional_bits


def test_an_orbit_goes_on_from_the_window_of_its_point(along_beta, quiet):
    dataset, file = along_beta
    quiet.see(file)
    i = 40
    here = dataset.isel(beta=i)
    window = Window(here.window.values, here.clock_phase.item())
    expected = MeanFieldMap(Features.segments(), beta=here.beta.item()).trajectory(window, 60)
    orbit = quiet.inside("const orbit = orbitAt(sweep, [arguments[0]]); return [...orbit.series.subarray(0, 180)]", i)
    np.testing.assert_allclose(np.reshape(orbit, (60, 3)), expected.m_o_semantic, atol=1e-12)
    recorded = here.orbit.values[-1]  # the attention that the last step made is the newest token
    np.testing.assert_allclose(orbit[:3], recorded, atol=1e-6)


def test_spectrum_autocorrelation_and_section_are_as_defined(along_beta, quiet):
    n = 1024
    x = MeanFieldMap(Features.segments(), beta=1.28).trajectory(Window.paper_beta3(), n, n_transient=100).m_o_semantic
    quiet.see(along_beta[1])
    power, rho, errors, cut = quiet.run(
        "const [x, series] = [...arguments].map((numbers) => Float64Array.from(numbers));"
        "const orbit = { series, n: x.length, M: 3 };"
        "const { rho, errors } = autocorrelation(x, 100);"
        "return [[...powerSpectrum(x)], [...rho], [...errors], slab(orbit, 1, 64)]",
        x[:, 0].tolist(),
        x.ravel().tolist(),
    )
    window = np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 6
    transformed = np.fft.rfft(window * (x[:, 0] - x[:, 0].mean()))
    expected = 2 * np.abs(transformed) ** 2 / (n * np.sum(window**2))
    expected[[0, -1]] /= 2
    np.testing.assert_allclose(power, expected, atol=1e-14)
    answer = autocorrelation(x[:, 0], n_lags=100)
    np.testing.assert_allclose(rho, answer.correlation[:, 0], atol=1e-12)
    np.testing.assert_allclose(errors, answer.standard_error[:, 0], atol=1e-12)
    far = np.abs(x[:, 1])
    half = min(np.sort(far)[63], 0.01 * np.ptp(x[:, 1]))
    assert (cut["level"], cut["halfWidth"]) == (0, half)
    assert cut["times"] == np.flatnonzero(far <= half).tolist()
