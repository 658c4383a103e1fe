"""Guards against a Qt binding that gives away references it does not own.

PySide6 6.12.0 does on Python 3.11: each call without a result takes one reference from None, and the
interpreter aborts after some ten thousand calls.
"""

import sys

import pytest
from PySide6.QtCore import QRectF


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_calls_into_the_toolkit_leave_none_alone() -> None:
    rectangle = QRectF(0, 0, 10, 10)
    before = sys.getrefcount(None)
    for _ in range(1000):
        rectangle.setHeight(4)
    assert abs(sys.getrefcount(None) - before) < 500
