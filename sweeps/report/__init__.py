"""A sweep as one page of HTML that needs no network: `page.py` makes it of `page.html`, its style and its scripts.

What the page shows is of three kinds: what the sweep measured (labels, exponents, densities: `contents.py`, as it is
in the dataset); the orbit of the point that is looked at, which the page itself continues from the window at the end
of the run (`network.js`); and what is drawn of that orbit (`series.js`).
"""

from sweeps.report.page import write_report

__all__ = ["write_report"]
