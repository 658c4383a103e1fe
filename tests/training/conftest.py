"""Training's tests publish many networks of few architectures: each is captured once."""

from collections.abc import Iterator

import pytest

from tests.captured_graphs import captured_once


@pytest.fixture(autouse=True, scope="package")
def _captured_once() -> Iterator[None]:
    with captured_once():
        yield
