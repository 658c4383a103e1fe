"""How many files of generated structure a test tries: the same few each time, or many new ones.

pytest tests/structures --hypothesis-profile=long
"""

from typing import Final

from hypothesis import HealthCheck, Phase, settings

_SLOW_IS_FINE: Final = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
_PHASES: Final = (Phase.explicit, Phase.generate, Phase.shrink)
"""What Hypothesis calls explaining takes minutes where an example holds a picture."""
LONG: Final = "long"


def register_long_profile() -> None:
    """Make the profile known to ``--hypothesis-profile``."""
    settings.register_profile(
        LONG, max_examples=1_000, deadline=None, phases=_PHASES, suppress_health_check=_SLOW_IS_FINE
    )


def tried(count: int) -> settings:
    """Return the settings of a test that tries ``count`` fixed examples, or those of the long profile."""
    if settings.get_current_profile_name() == LONG:
        return settings(settings.get_profile(LONG))
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=_PHASES,
        suppress_health_check=_SLOW_IS_FINE,
    )
