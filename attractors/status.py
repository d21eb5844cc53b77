"""What the analyses say of their own answers: a sentence, and whether the answer is in doubt."""

from enum import Enum
from typing import NamedTuple


class _Said(NamedTuple):
    sentence: str
    in_doubt: bool


def sure(sentence: str) -> _Said:
    """Return the value of a status of an answer that can be used as it is."""
    return _Said(sentence, in_doubt=False)


def doubt(sentence: str) -> _Said:
    """Return the value of a status of an answer that is in doubt: its sentence says what to do."""
    return _Said(sentence, in_doubt=True)


class Status(Enum):
    """Base of the enums of statuses: a member is made by `sure` or by `doubt`, its value is the sentence.

    Attributes
    ----------
    value : str
        What happened, and the remedy.
    in_doubt : bool
        Whether the answer cannot be used as it is.

    Raises
    ------
    TypeError
        If a member does not say which of the two it is.

    Examples
    --------
    >>> class Search(Status):
    ...     FOUND = sure("The search found it.")
    ...     SHORT = doubt("The series is too short. Take a longer one.")
    >>> Search.SHORT.value, Search.SHORT.in_doubt
    ('The series is too short. Take a longer one.', True)
    """

    _value_: str
    in_doubt: bool

    def __new__(cls, sentence: str, in_doubt: bool) -> "Status":
        """Make a member, whose value is the sentence alone."""
        member = object.__new__(cls)
        member._value_ = sentence
        member.in_doubt = in_doubt
        return member

    @property
    def words(self) -> str:
        """The name as it is read: in small letters, with spaces."""
        return self.name.lower().replace("_", " ")
