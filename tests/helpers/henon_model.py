"""The Hénon map as a model of sweeps: ``model: {module: henon_model.py, a: 1.4}``."""

from attractors import DiscreteMap
from sweeps.models import MapModel, Observable, Parameter


def step(x, p, out):
    out[0] = 1.0 - p[0] * x[0] ** 2 + x[1]
    out[1] = p[1] * x[0]


def jacobian(x, p, out):
    out[0, 0], out[0, 1] = -2.0 * p[0] * x[0], 1.0
    out[1, 0], out[1, 1] = p[1], 0.0


def henon(a, b):
    return DiscreteMap(step, jacobian, parameters=[a, b], dimension=2)


MODEL = MapModel(
    henon,
    name="henon",
    parameters=[
        Parameter("a", 1.4, low=0.0, high=2.0, symbol="$a$", long_name="how strongly the map folds, a"),
        Parameter("b", 0.3, low=-1.0, high=1.0, symbol="$b$", long_name="factor of areas, b"),
    ],
    components=[Observable("x", -1.5, 1.5, "$x$"), Observable("y", -0.45, 0.45, "$y$")],
)
