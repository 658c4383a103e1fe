"""Tags, assignments and saved filters from the command line."""

import json
from pathlib import Path

from tests.builders import an_image_file
from tests.command_line import Run


def _found(run: Run, *arguments: str) -> set[str]:
    lines = json.loads(run("list", "--json", *arguments)[1])["lines"]
    return {line["file_name"] for line in lines}


def test_cases_are_tagged_assigned_and_found_by_a_kept_filter(run: Run, tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        an_image_file(tmp_path / "in", f"{seed}.png", seed=seed)
    run("import", tmp_path / "in")
    lines = json.loads(run("list", "--json")[1])["lines"]
    id_by_file = {line["file_name"]: line["image_id"] for line in lines}
    assert run("tag", id_by_file["1.png"], id_by_file["2.png"], "--add", "Tumour board")[:2] == (
        0,
        "2 of 2 cases changed.\n",
    )
    assert run("tag", id_by_file["2.png"], "--add", "tumour BOARD")[1] == "0 of 1 case changed.\n"
    assert run("assign", id_by_file["2.png"], id_by_file["3.png"], "--to", "Dr Test")[0] == 0
    assert _found(run, "--tag", "tumour board") == {"1.png", "2.png"}
    assert _found(run, "--tag", "tumour board", "--assigned", "me") == {"2.png"}
    assert _found(run, "--assigned", "nobody", "--band", "none", "--search", "-tag:teaching") == {"1.png"}
    assert _found(run, "--due", "overdue") == set()
    assert "@Dr Test, Tumour board" in run("list")[1]

    assert run("filters", "--keep", "Board", "--search", 'tag:"tumour board"')[0] == 0
    assert "Board" in run("filters")[1]
    assert _found(run, "--shown", "board", "--search", "2.png") == {"2.png"}
    code, said, _errors = run("export", "csv_table", "--to", tmp_path / "out", "--shown", "Board")
    assert (code, "were written" in said) == (0, True)
    assert run("filters", "--give-up", "board")[:2] == (0, "No filter is kept.\n")

    assert run("tag", id_by_file["1.png"], "--remove", "tumour board")[0] == 0
    assert run("assign", id_by_file["2.png"], "--to", "nobody")[0] == 0
    assert _found(run, "--tag", "tumour board") == {"2.png"}
    assert _found(run, "--assigned", "me") == {"3.png"}


def test_what_means_nothing_is_said_in_a_sentence(run: Run, tmp_path: Path) -> None:
    code, _said, errors = run("list", "--band", "red")
    assert (code, "can be followed by urgent, soon, routine, none" in errors) == (1, True)
    code, _said, errors = run("list", "--shown", "mine")
    assert (code, "No filter is kept as “mine”" in errors) == (2, True)
    assert run("tag", "1f3a")[0] == 2
    code, _said, errors = run("filters", "--keep", "Undecided", "--search", "band:urgent")
    assert (code, "is a part of the work list already" in errors) == (1, True)
