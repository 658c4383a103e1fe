from collections.abc import Callable, Iterator

import pytest

from app.translation import speak
from app.translation.languages import ENGLISH, chosen_language


@pytest.fixture
def speaking() -> Iterator[Callable[[str], None]]:
    """Return a function that lets the program speak a language until the test is over."""
    yield lambda code: speak(chosen_language(code, ()))
    speak(ENGLISH)
