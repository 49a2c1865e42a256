"""How many examples a property test tries: few in the quick profile, many in the thorough one.

It needs the package ``hypothesis``; ``tests/conftest.py`` loads :data:`QUICK`, and ``make slow`` asks for :data:`THOROUGH`.
"""

from typing import Any

from hypothesis import HealthCheck, settings

__all__ = ["QUICK", "THOROUGH", "examples", "register_profiles"]

QUICK = "quick"
"""Profile of ``make test``."""
THOROUGH = "thorough"
"""Profile of ``make slow``."""

_EXAMPLES = {QUICK: 20, THOROUGH: 100}
_FEWEST = 5  # of the quick profile, however small a test's own number


def register_profiles() -> None:
    """Register both profiles: the same examples each time, judged by what they find and not by the clock."""
    for name, number in _EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=number,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            derandomize=True,
        )


def examples(number: int, **options: Any) -> settings:
    """Return the settings of a property test that has its own number of examples.

    Parameters
    ----------
    number
        Examples in the thorough profile. In any other the number shrinks or grows as that profile's own does, to no
        fewer than five (or ``number`` itself, where it is smaller).
    options
        Other settings of ``hypothesis``, as they are.

    Returns
    -------
    settings
        To decorate a test with.

    Examples
    --------
    >>> examples(3).max_examples
    3
    """
    scaled = round(number * settings().max_examples / _EXAMPLES[THOROUGH])
    return settings(max_examples=max(scaled, min(number, _FEWEST)), **options)
