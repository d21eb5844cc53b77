"""The figures of arXiv:2406.07247 by one command, beside what was known before.

known.py         numbers that the authors' code gave, and an earlier computation
orbits.py        orbits going on from where a sweep ended
comparison.py    measured beside known, a row for each number
figures.py       how each name is drawn and compared
reproduction.py  runs it all into a folder
"""

_REFINED = ("sweep.refine={label: 1e-6}",)

# What each name needs: files of cfgs/ without their ending, and changes to them.
CONFIGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fig3a": (("paper_fig3a",), _REFINED),
    "fig3b": (("paper_fig3b",), _REFINED),
    "fig4": (("paper_fig4",), ()),
    "fig5": (("paper_fig5",), ()),
    "spectrum": (("paper_fig3a", "paper_fig3b"), _REFINED),
    "continuation": (("continuation",), ()),
    "phase": (("phase",), ()),
    "published": (("published_run",), ()),
    "fig3a-l32": (("paper_fig3a_l32",), ()),
    "fig3b-l32": (("paper_fig3b_l32",), _REFINED),
}
