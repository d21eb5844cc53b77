"""What equation has a cycle to fulfil? A map with parameters, with its derivatives, in delay form."""

from attractors.delay_form.form import DelayForm, Numbers, OwnMapForm, Phases, sixth_order

__all__ = ["DelayForm", "Numbers", "OwnMapForm", "Phases", "sixth_order"]
