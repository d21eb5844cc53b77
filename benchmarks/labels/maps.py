"""The equations of the families: plain functions, so that the loops of truth.py can have them inlined."""

import math

GOLDEN, TURN = (math.sqrt(5.0) - 1.0) / 2.0, 2.0 * math.pi


def logistic_step(x, p, out):
    out[0] = p[0] * x[0] * (1.0 - x[0])


def logistic_jacobian(x, p, out):
    out[0, 0] = p[0] * (1.0 - 2.0 * x[0])


def circle_step(x, p, out):
    out[0] = (x[0] + p[1] - p[0] / TURN * math.sin(TURN * x[0])) % 1.0


def circle_jacobian(x, p, out):
    out[0, 0] = 1.0 - p[0] * math.cos(TURN * x[0])


def coupled_step(x, p, out):
    """Two logistic maps: x' = (1 - ε) f(x) + ε f(y), and the same for y."""
    f, g = p[0] * x[0] * (1.0 - x[0]), p[0] * x[1] * (1.0 - x[1])
    out[0], out[1] = (1.0 - p[1]) * f + p[1] * g, (1.0 - p[1]) * g + p[1] * f


def coupled_jacobian(x, p, out):
    f, g = p[0] * (1.0 - 2.0 * x[0]), p[0] * (1.0 - 2.0 * x[1])
    out[0, 0], out[0, 1] = (1.0 - p[1]) * f, p[1] * g
    out[1, 0], out[1, 1] = p[1] * f, (1.0 - p[1]) * g


def delayed_henon_step(x, p, out):
    """Generalised Hénon map in three dimensions: x' = a - y² - b z, y' = x, z' = y."""
    out[0], out[1], out[2] = p[0] - x[1] ** 2 - p[1] * x[2], x[0], x[1]


def delayed_henon_jacobian(x, p, out):
    for a in range(3):
        for b in range(3):
            out[a, b] = 0.0
    out[0, 1], out[0, 2], out[1, 0], out[2, 1] = -2.0 * x[1], -p[1], 1.0, 1.0


def cubic_step(x, p, out):
    out[0] = p[0] * x[0] * (1.0 - x[0] ** 2)


def cubic_jacobian(x, p, out):
    out[0, 0] = p[0] * (1.0 - 3.0 * x[0] ** 2)


def sharp_step(x, p, out):
    """Tent of slopes ±p0 below and above the peak p1 = 1/2, or the skew tent of full height where p0 = 0."""
    if p[0] > 0.0:
        out[0] = p[0] * min(x[0], 1.0 - x[0])
    else:
        out[0] = x[0] / p[1] if x[0] < p[1] else (1.0 - x[0]) / (1.0 - p[1])


def sharp_jacobian(x, p, out):
    if p[0] > 0.0:
        out[0, 0] = p[0] if x[0] < 0.5 else -p[0]
    else:
        out[0, 0] = 1.0 / p[1] if x[0] < p[1] else -1.0 / (1.0 - p[1])


def sine_step(x, p, out):
    out[0] = p[0] * math.sin(math.pi * x[0])


def sine_jacobian(x, p, out):
    out[0, 0] = p[0] * math.pi * math.cos(math.pi * x[0])


def holmes_step(x, p, out):
    """Holmes' cubic map, a Duffing oscillator seen once a period: x' = y, y' = -b x + a y - y³."""
    out[0], out[1] = x[1], -p[1] * x[0] + p[0] * x[1] - x[1] ** 3


def holmes_jacobian(x, p, out):
    out[0, 0], out[0, 1] = 0.0, 1.0
    out[1, 0], out[1, 1] = -p[1], p[0] - 3.0 * x[1] ** 2


def gopy_step(x, p, out):
    """The map of Grebogi, Ott, Pelikan and Yorke: x' = 2 σ cos(2πθ) tanh x, θ' = θ + golden mean."""
    out[0] = 2.0 * p[0] * math.tanh(x[0]) * math.cos(TURN * x[1])
    out[1] = (x[1] + GOLDEN) % 1.0


def gopy_jacobian(x, p, out):
    out[0, 0] = 2.0 * p[0] * math.cos(TURN * x[1]) / math.cosh(x[0]) ** 2
    out[0, 1] = -2.0 * TURN * p[0] * math.sin(TURN * x[1]) * math.tanh(x[0])
    out[1, 0], out[1, 1] = 0.0, 1.0


def forced_step(x, p, out):
    """Logistic map, forced quasi-periodically: x' = (a + ε cos 2πθ) x (1 - x)."""
    out[0] = (p[0] + p[1] * math.cos(TURN * x[1])) * x[0] * (1.0 - x[0])
    out[1] = (x[1] + GOLDEN) % 1.0


def forced_jacobian(x, p, out):
    out[0, 0] = (p[0] + p[1] * math.cos(TURN * x[1])) * (1.0 - 2.0 * x[0])
    out[0, 1] = -TURN * p[1] * math.sin(TURN * x[1]) * x[0] * (1.0 - x[0])
    out[1, 0], out[1, 1] = 0.0, 1.0


def birth_step(x, p, out):
    """Normal form of the Neimark-Sacker bifurcation with shear: z' = z (1 + μ - |z|²) e^{i (p1 + p2 |z|²)}."""
    square = x[0] ** 2 + x[1] ** 2
    size, angle = 1.0 + p[0] - square, p[1] + p[2] * square
    c, s = math.cos(angle), math.sin(angle)
    out[0], out[1] = size * (x[0] * c - x[1] * s), size * (x[0] * s + x[1] * c)


def birth_jacobian(x, p, out):
    square = x[0] ** 2 + x[1] ** 2
    size, angle = 1.0 + p[0] - square, p[1] + p[2] * square
    c, s = math.cos(angle), math.sin(angle)
    a, b = x[0] * c - x[1] * s, x[0] * s + x[1] * c
    for i in range(2):
        out[0, i] = size * ((c, -s)[i] - b * p[2] * 2.0 * x[i]) - 2.0 * x[i] * a
        out[1, i] = size * ((s, c)[i] + a * p[2] * 2.0 * x[i]) - 2.0 * x[i] * b


def henon_step(x, p, out):
    out[0], out[1] = 1.0 - p[0] * x[0] ** 2 + x[1], p[1] * x[0]


def henon_jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = -2.0 * p[0] * x[0], 1.0, p[1], 0.0


def delayed_logistic_step(x, p, out):
    out[0], out[1] = p[0] * x[0] * (1.0 - x[1]), x[0]


def delayed_logistic_jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = p[0] * (1.0 - x[1]), -p[0] * x[0], 1.0, 0.0


def ikeda_step(x, p, out):
    """z' = 1 + u z exp(i (phase - shift / (1 + |z|²))), z = x + i y."""
    angle = p[1] - p[2] / (1.0 + x[0] ** 2 + x[1] ** 2)
    c, s = math.cos(angle), math.sin(angle)
    out[0], out[1] = 1.0 + p[0] * (x[0] * c - x[1] * s), p[0] * (x[0] * s + x[1] * c)


def ikeda_jacobian(x, p, out):
    size = 1.0 + x[0] ** 2 + x[1] ** 2
    angle = p[1] - p[2] / size
    c, s = math.cos(angle), math.sin(angle)
    turn_x, turn_y = 2.0 * p[2] * x[0] / size**2, 2.0 * p[2] * x[1] / size**2
    across, along = -x[0] * s - x[1] * c, x[0] * c - x[1] * s
    out[0, 0], out[0, 1] = p[0] * (c + across * turn_x), p[0] * (-s + across * turn_y)
    out[1, 0], out[1, 1] = p[0] * (s + along * turn_x), p[0] * (c + along * turn_y)


def standard_step(x, p, out):
    momentum = x[1] + p[0] * math.sin(x[0])
    out[0], out[1] = (x[0] + momentum) % TURN, momentum % TURN


def standard_jacobian(x, p, out):
    kick = p[0] * math.cos(x[0])
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = 1.0 + kick, 1.0, kick, 1.0


def islands_step(x, p, out):
    """Hénon's map of the plane that keeps areas: a turn of which p0 is the cosine, after y is moved by -x²."""
    s, y = math.sqrt(1.0 - p[0] ** 2), x[1] - x[0] ** 2
    out[0], out[1] = x[0] * p[0] - y * s, x[0] * s + y * p[0]


def islands_jacobian(x, p, out):
    s = math.sqrt(1.0 - p[0] ** 2)
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = p[0] + 2.0 * x[0] * s, -s, s - 2.0 * x[0] * p[0], p[0]


def prey_step(x, p, out):
    """Prey and predators: x' = a x (1 - x - y), y' = b x y."""
    out[0], out[1] = p[1] * x[0] * (1.0 - x[0] - x[1]), p[0] * x[0] * x[1]


def prey_jacobian(x, p, out):
    out[0, 0], out[0, 1] = p[1] * (1.0 - 2.0 * x[0] - x[1]), -p[1] * x[0]
    out[1, 0], out[1, 1] = p[0] * x[1], p[0] * x[0]


def forced_circle_step(x, p, out):
    """Circle map, forced quasi-periodically; angles in radians: x' = x + Ω - K sin x + ε cos θ."""
    out[0] = (x[0] + p[1] - p[0] * math.sin(x[0]) + p[2] * math.cos(x[1])) % TURN
    out[1] = (x[1] + TURN * GOLDEN) % TURN


def forced_circle_jacobian(x, p, out):
    out[0, 0], out[0, 1] = 1.0 - p[0] * math.cos(x[0]), -p[2] * math.sin(x[1])
    out[1, 0], out[1, 1] = 0.0, 1.0


def lozi_step(x, p, out):
    out[0], out[1] = 1.0 - p[0] * abs(x[0]) + x[1], p[1] * x[0]


def lozi_jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = -p[0] if x[0] > 0.0 else p[0], 1.0, p[1], 0.0


def gauss_step(x, p, out):
    out[0] = math.exp(-p[1] * x[0] ** 2) + p[0]


def gauss_jacobian(x, p, out):
    out[0, 0] = -2.0 * p[1] * x[0] * math.exp(-p[1] * x[0] ** 2)


def tinkerbell_step(x, p, out):
    out[0] = x[0] ** 2 - x[1] ** 2 + p[0] * x[0] - 0.6013 * x[1]
    out[1] = 2.0 * x[0] * x[1] + 2.0 * x[0] + p[1] * x[1]


def tinkerbell_jacobian(x, p, out):
    out[0, 0], out[0, 1] = 2.0 * x[0] + p[0], -2.0 * x[1] - 0.6013
    out[1, 0], out[1, 1] = 2.0 * x[1] + 2.0, 2.0 * x[0] + p[1]


def rotor_step(x, p, out):
    """Kicked rotor with friction and a drive, as of Zaslavskii: p' = b p + K sin θ + Ω, θ' = θ + p'."""
    momentum = p[1] * x[1] + p[0] * math.sin(x[0]) + p[2]
    out[0], out[1] = (x[0] + momentum) % TURN, momentum


def rotor_jacobian(x, p, out):
    kick = p[0] * math.cos(x[0])
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = 1.0 + kick, p[1], kick, p[1]


def burgers_step(x, p, out):
    out[0], out[1] = p[1] * x[0] - x[1] ** 2, p[0] * x[1] + x[0] * x[1]


def burgers_jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = p[1], -2.0 * x[1], x[1], p[0] + x[0]


def pair_step(x, p, out):
    """Two circle maps, in radians: x' = x + p2 - K sin x - c sin(x - y), y' = y + p3 - K sin y - c sin(y - x)."""
    coupling = p[1] * math.sin(x[0] - x[1])
    out[0] = (x[0] + p[2] - p[0] * math.sin(x[0]) - coupling) % TURN
    out[1] = (x[1] + p[3] - p[0] * math.sin(x[1]) + coupling) % TURN


def pair_jacobian(x, p, out):
    coupling = p[1] * math.cos(x[0] - x[1])
    out[0, 0], out[0, 1] = 1.0 - p[0] * math.cos(x[0]) - coupling, coupling
    out[1, 0], out[1, 1] = coupling, 1.0 - p[0] * math.cos(x[1]) - coupling
