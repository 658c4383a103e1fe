"""How command lines end: exit codes and sentences."""

import sys
from collections.abc import Callable

import pytest

from app.domain.errors import NotFoundError
from training.contract.command_errors import CommandStoppedError, exit_code_of, stopped_with
from training.contract.data_set import DataSetError


def fails_with(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (NotFoundError("No such case."), 1, "No such case.\n"),
        (DataSetError("No \x1b[2J data."), 1, "No \N{REPLACEMENT CHARACTER}[2J data.\n"),
        (PermissionError(13, "Permission denied", "a.csv"), 1, "a.csv: Permission denied.\n"),
        (CommandStoppedError("Stopped; nothing was written."), 130, "Stopped; nothing was written.\n"),
        (SystemExit(2), 2, ""),
        (SystemExit(), 0, ""),
    ],
)
def test_what_was_expected_to_go_wrong_is_one_sentence_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    assert exit_code_of(fails_with(error)) == code
    assert capsys.readouterr() == ("", said)


def test_a_command_that_ends_well_ends_with_0() -> None:
    assert exit_code_of(lambda: sys.stdout.write("")) == 0


@pytest.mark.parametrize("error", [ZeroDivisionError("1 / 0"), OSError("no file is named")])
def test_a_fault_of_the_program_is_shown_as_one(error: Exception) -> None:
    with pytest.raises(type(error)):
        exit_code_of(fails_with(error))


def test_ctrl_c_says_what_has_become_of_the_work() -> None:
    with pytest.raises(CommandStoppedError, match="nothing was changed"), stopped_with("nothing was changed"):
        raise KeyboardInterrupt
