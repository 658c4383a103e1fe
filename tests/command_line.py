"""The command line as tests carry it out: exit code, output and errors of each call."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.usecases.services import Services

Run = Callable[..., tuple[int, str, str]]
"""Carries out a command line and returns exit code, output and errors."""


def command_line(capsys: pytest.CaptureFixture[str], open_services: Callable[[Path | None], Services]) -> Run:
    """Return what carries out command lines, each with services that are opened anew."""

    def carry_out(*arguments: object) -> tuple[int, str, str]:
        code = cli.run([str(argument) for argument in arguments], open_services)
        said = capsys.readouterr()
        return code, said.out, said.err

    return carry_out


def as_json(run: Run, *arguments: object) -> Any:  # noqa: ANN401
    """Return the result of a command that succeeds."""
    code, out, err = run(*arguments, "--json")
    assert code == 0, err
    return json.loads(out)
