"""The command line of training, called for tests in their own process."""

import pytest

from training.__main__ import main


def call(*arguments: object) -> int:
    """Carry out a command and return its exit code."""
    with pytest.raises(SystemExit) as ending:
        main([str(argument) for argument in arguments])
    return int(ending.value.code or 0)
