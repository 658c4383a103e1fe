"""What tells the time, so that tests can turn it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns the present moment, UTC, timezone-aware."""
