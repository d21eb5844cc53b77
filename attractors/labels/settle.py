"""From the end of an orbit to its label: one way, for every way in which an orbit is run."""

from attractors.arrays import FloatArray
from attractors.exponents.spectrum import LyapunovSpectrum
from attractors.labels.answer import Classification, classify_evidence
from attractors.labels.limits import LIMITS
from attractors.recurrence.period import find_period, rest_at_zero


def settled_label(
    spectrum: LyapunovSpectrum | None,
    tail: FloatArray | None,
    *,
    scale: float,
    clock_period: int,
    frequencies: bool = False,
) -> Classification:
    """Label an orbit by its exponents and its last samples.

    What has decayed to 0 rests there, then a period is looked for, and the rule reads the evidence.

    Parameters
    ----------
    spectrum : LyapunovSpectrum or None
        Exponents after the transient; None if there are none.
    tail : array (n, m), or None
        The last samples; None if the orbit is known not to have stayed finite. As they were looked at, they are the
        answer's `evidence.samples`.
    scale : float
        The largest value that the orbit had in the beginning, to which what decays is compared.
    clock_period : int
        Period of the drive.
    frequencies : bool
        Whether to look for the frequencies of a torus.

    Returns
    -------
    Classification
        By the rule of `classify_evidence`.
    """
    if tail is None:
        return classify_evidence(spectrum, None, finite=False, clock_period=clock_period)
    samples = rest_at_zero(tail, scale, at_rest=LIMITS.at_rest, decays=LIMITS.decays)
    return classify_evidence(
        spectrum,
        find_period(samples, **LIMITS.of_recurrence),
        samples=samples,
        clock_period=clock_period,
        frequencies=frequencies,
    )
