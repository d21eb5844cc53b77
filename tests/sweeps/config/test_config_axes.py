"""Starts and axes that a config may not hold, and the words in which they are refused."""

import pytest
from configs import LISTED, PARAMETERS, STARTS, WINDOW, problems

from sweeps.config import ConfigError, load_config


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({}, f" needs exactly one of {STARTS}."),
        ({"phase": 1}, f" needs exactly one of {STARTS}."),
        (
            {"token": "o0", "random": {}},
            f".random is one start too many (beside token): exactly one of {STARTS} is allowed; "
            "start={random: ...} replaces the whole start.",
        ),
        (
            {"window": "paper_beta"},
            ".window = 'paper_beta' must be paper_beta3 or a list of rows; did you mean 'paper_beta3'?",
        ),
        ({"window": WINDOW[:3]}, ".window has shape (3, 3) but must have shape (4, 3): context, n_patterns."),
        ({"window": [[1]] * 4}, ".window has shape (4, 1) but must have shape (4, 3): context, n_patterns."),
        ({"window": [[1, "x"]]}, ".window[0][1] = 'x' must be a finite number."),
        ({"window": 3}, ".window = 3 must be a list that is not empty."),
        ({"window": [[1], []]}, ".window[1] = [] must be a list that is not empty."),
        (
            {"window": WINDOW, "phase": 4},
            ".phase = 4 must be less than the clock's period, 2**positional_bits = 4.",
        ),
        ({"window": WINDOW, "phase": -1}, ".phase = -1 must be at least 0."),
        ({"token": "o0", "phase": 0}, ".phase = 0 goes only with a window that is written out."),
        ({"window": "paper_beta3", "phase": 0}, ".phase = 0 goes only with a window that is written out."),
        ({"token": "o3"}, ".token = 'o3' must name one of the 3 rows, 0 to 2."),
        *(
            ({"token": bad}, f".token = {bad!r} must be o, v, q or k and the number of a row, such as o0.")
            for bad in ["x0", "o", "o-1", "o00", 0, "o0 ", "o\u0663"]  # the last is an Arabic 3
        ),
        ({"random": {"n": 0}}, ".random.n = 0 must be at least 1."),
        ({"random": {"n": 10**8}}, ".random.n = 100000000 must be at most 10000000."),
        ({"random": {"seed": 0.5}}, ".random.seed = 0.5 must be a whole number."),
        ({"checkpoint": "w.txt"}, ".checkpoint = 'w.txt' must be the name of a .npz file."),
        ({"checkpoint": "a\0.npz"}, r".checkpoint = 'a\x00.npz' must be the name of a .npz file."),
        ({"checkpoint": 3}, ".checkpoint = 3 must be the name of a .npz file."),
        ({"list": []}, ".list = [] must be a list that is not empty."),
        ({"list": "o0"}, ".list = 'o0' must be a list that is not empty."),
        ({"list": ["o0"]}, f".list[0] = 'o0' must be a mapping with keys out of {LISTED}."),
        ({"list": [{}]}, ".list[0] needs exactly one of checkpoint, random, slot, token, window."),
        ({"list": [{"token": "o0"}], "token": "o0"}, f".token is one start too many (beside list): exactly one of "
         f"{STARTS} is allowed; start={{token: ...}} replaces the whole start."),
        ({"list": [{"random": {}, "token": "o0"}]}, ".list[0].token is one start too many (beside random): exactly one "
         "of checkpoint, random, slot, token, window is allowed; each start is an entry of its own."),
        ({"list": [{"token": "o0"}, {"tokn": "o0"}]},
         f".list[1].tokn is not a key here; did you mean 'token'? Allowed: {LISTED}."),
        ({"list": [{"random": {"n": 10**4}}, {"token": "o0"}]},
         ".list asks for 10001 starts; at most 10000 can have names."),
        ({"list": [{"sweep": "results"}]},
         f".list[0].sweep is not a key here; it belongs in start. Allowed: {LISTED}."),
        ({"list": [{"random": {"m": 1}}]}, ".list[0].random.m is not a key here. Allowed: n, seed."),
        ({"list": [{"token": "o3"}]}, ".list[0].token = 'o3' must name one of the 3 rows, 0 to 2."),
        ({"list": [{"token": "o0"}, {"window": WINDOW[:3]}]},
         ".list[1].window has shape (3, 3) but must have shape (4, 3): context, n_patterns."),
        ({"list": [{"window": WINDOW, "phase": 4}]},
         ".list[0].phase = 4 must be less than the clock's period, 2**positional_bits = 4."),
        ({"list": [{"token": "o0"}, {"random": {}}, {"token": "o0"}]},
         ".list[2] is named 'o0', as list[0] is: give it another name."),
        ({"list": [{"token": "o0", "name": "a\nb"}]},
         r".list[0].name = 'a\nb' must be text of 1 to 60 characters on one line."),
        ({"list": [{"token": "o0", "name": " "}]},
         ".list[0].name = ' ' must be text of 1 to 60 characters on one line."),
    ],
)  # fmt: skip
def test_refused_starts(start, message):
    assert problems(start=start) == [f"start{message}"]


def test_the_line_of_each_start_of_a_list_is_named(write):
    path = write("model: {beta: 1}\nstart:\n  list:\n    - {token: o0}\n    - window: paper_bet\n    - {token: o9}")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    words = "start.list[1].window = 'paper_bet' must be paper_beta3 or a list of rows; did you mean 'paper_beta3'?"
    assert str(caught.value) == f"cfgs/x.yaml, line 5: {words}"
    with pytest.raises(ConfigError, match=r"x\.yaml, line 6: start\.list\[2\]\.token = 'o9' must name one of the 3"):
        load_config(write(path.read_text().replace("paper_bet", "paper_beta3")))


def test_the_papers_window_needs_the_papers_shape():
    assert problems(model={"beta": 1, "context": 2}, start={"window": "paper_beta3"}) == [
        "start.window (paper_beta3) has shape (4, 3) but must have shape (2, 3): context, n_patterns."
    ]


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ({}, " needs from, to and n, or a list of values."),
        ({"from": 1}, " needs from, to and n, or a list of values (to and n missing)."),
        ({"from": 1, "to": 2}, " needs from, to and n, or a list of values (n missing)."),
        ({"n": 3, "values": [1]}, ".values must not stand beside from, to, n and log: give one or the other."),
        ({"from": 0, "values": [1]}, ".values must not stand beside from, to, n and log: give one or the other."),
        ({"from": 2, "to": 1, "n": 3}, ".to = 1.0 must be larger than from = 2.0."),
        ({"from": 1, "to": 1, "n": 3}, ".to = 1.0 must be larger than from = 1.0."),
        ({"from": 1, "to": 2, "n": 1}, ".n = 1 must be at least 2."),
        ({"from": 1, "to": 2, "n": 0}, ".n = 0 must be at least 2."),
        ({"from": 1, "to": 2, "n": 2.5}, ".n = 2.5 must be a whole number."),
        ({"from": 1, "to": 2, "n": 10**8}, ".n = 100000000 must be at most 10000000."),
        (
            {"from": 1, "to": 1 + 1e-12, "n": 10**6},
            ".n = 1000000 must leave finite, distinct numbers between from and to.",
        ),
        ({"from": 1, "to": float("inf"), "n": 3}, ".to = inf must be a finite number."),
        ({"from": -1, "to": 2, "n": 3}, ".from = -1.0 must be 0 or larger."),
        ({"values": []}, ".values = [] must be a list that is not empty."),
        ({"values": 1.5}, ".values = 1.5 must be a list that is not empty."),
        ({"values": [1, 2, 1.0]}, ".values[2] = 1.0 must not be there twice."),
        ({"values": [0.0, -0.0]}, ".values[1] = 0.0 must not be there twice."),
        ({"values": [1, "2"]}, ".values[1] = '2' must be a finite number."),
        ({"values": [1, float("nan")]}, ".values[1] = nan must be a finite number."),
        ({"values": [1, -2]}, ".values[1] = -2.0 must be 0 or larger."),
    ],
)
def test_refused_axes(axis, message):
    assert problems(sweep={"beta": axis}) == [f"sweep.beta{message}"]


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ({}, f" needs at least one of {PARAMETERS}."),
        ({"order": "independent", "beta": None}, f" needs at least one of {PARAMETERS}."),
        (
            {"beta": {"values": [1]}, "order": "continuation"},
            ".order = 'continuation' must be independent, or continuation: {...}.",
        ),
        (
            {"gamma": {"from": -1.7e308, "to": 1.7e308, "n": 2}},
            ".gamma.n = 2 must leave finite, distinct numbers between from and to.",
        ),
        ({"epsilon": {"from": 0, "to": 1.1, "n": 3}}, ".epsilon.to = 1.1 must be between 0 and 1."),
        ({"epsilon": {"values": [0.5, -0.5]}}, ".epsilon.values[1] = -0.5 must be between 0 and 1."),
        (
            {"beta": {"from": 0, "to": 1, "n": 10000}, "gamma": {"from": 0, "to": 1, "n": 2000}},
            " asks for 20000000 orbits, starts included; at most 10000000 are allowed.",
        ),
    ],
)
def test_refused_sweeps(sweep, message):
    assert problems(sweep=sweep) == [f"sweep{message}"]


def test_starts_count_in_the_size_of_a_sweep():
    for start in ({"random": {"n": 10**4}}, {"list": [{"random": {"n": 10**4 - 1}}, {"token": "o0"}]}):
        assert problems(sweep={"beta": {"from": 0, "to": 1, "n": 1001}}, start=start) == [
            "sweep asks for 10010000 orbits, starts included; at most 10000000 are allowed."
        ]
