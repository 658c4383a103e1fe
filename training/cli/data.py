"""Commands about data folders: check, count, deal anew, and convert public data sets."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from training.cli.convert import convert
from training.contract.command_errors import stopped_with
from training.contract.terminal_tables import print_table

if TYPE_CHECKING:
    from training.data_sets.counts import SplitCounts
    from training.data_sets.findings import CheckReport
    from training.data_sets.resplit import Resplit

data = typer.Typer(
    name="data",
    help="Check, count, split or convert a data set.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
data.add_typer(convert)

_RANGES = ("width_px", "height_px", "lesion_area_share")

DirArgument = Annotated[Path, typer.Argument(help="Folder with manifest.csv.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@data.command("check")
def check_data(
    folder: DirArgument,
    quick: Annotated[bool, typer.Option("--quick", help="Headers only: no copies, no empty masks.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say all that is wrong with a data folder; exit code 1 when something is."""
    from training.data_sets.check import check

    with stopped_with("Stopped; nothing was changed."):
        report = check(folder, quick=quick)
    if as_json:
        typer.echo(json.dumps(report.plain(), indent=2))
    else:
        print_table(Console(), _check_table(report))
        typer.echo(f"{report.images} images. {report.looked_at}")
    if report.has_problem:
        raise typer.Exit(1)


@data.command("stats")
def count_data(
    folder: DirArgument,
    without_files: Annotated[
        bool, typer.Option("--without-files", help="Only the manifest: no sizes and areas.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Count images, lesions, labels, ages, sites, diagnoses and sizes by split."""
    from training.data_sets.counts import count

    with stopped_with("Stopped."):
        counts = count(folder, with_files=not without_files)
    if as_json:
        typer.echo(json.dumps({name: split.plain() for name, split in counts.items()}, indent=2))
    else:
        print_table(Console(), _count_table(counts))


@data.command("split")
def split_data(
    folder: DirArgument,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; must not exist.")] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Replace manifest.csv; the old one is kept beside it.")
    ] = False,
    val: Annotated[float, typer.Option("--val", min=0, max=0.9, help="Share of the images.")] = 0.15,
    test: Annotated[float, typer.Option("--test", min=0, max=0.9, help="Share of the images.")] = 0.15,
    folds: Annotated[int, typer.Option("--folds", min=0, help="Deal train to so many folds, too.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, another deal.")] = 0,
    keep_test: Annotated[
        bool, typer.Option("--keep-test", help="Leave test as it is; --val is a share of the rest.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Deal the images anew, whole patients and lesions, alike in labels and masks."""
    from dataclasses import asdict

    from training.data_sets.resplit import SplitShares, resplit

    if (out is None) != in_place:
        raise typer.BadParameter("Say either --out FILE or --in-place.", param_hint="--out")
    with stopped_with("Stopped; the manifest is as it was."):
        result = resplit(folder, out, SplitShares(val, test, folds, seed, keep_test))
    if as_json:
        typer.echo(json.dumps(asdict(result), indent=2))
        return
    print_table(Console(), _balance_table(result))
    for note in result.notes:
        typer.echo(note)
    former = f"; the former one is {result.former_manifest}" if result.former_manifest else ""
    typer.echo(f"Written: {result.manifest}{former}.")


def _check_table(report: "CheckReport") -> Table:
    from training.data_sets.findings import CATALOGUE

    table = Table("", "what was looked for", "found", "first of them")
    style_by_level = {"problem": "bold red", "warning": "yellow"}
    for finding in report.findings:
        level = Text(finding.level, style_by_level[finding.level])
        table.add_row(level, finding.words, str(finding.count), Text("\n".join(finding.first)))
    for kind in report.clean:
        table.add_row(Text("ok", "green"), CATALOGUE[kind][1], "0", "")
    return table


def _count_table(counts: "dict[str, SplitCounts]") -> Table:
    # As text: names of splits come from the manifest, and rich would read their brackets as markup.
    table = Table("", *(Column(Text(name)) for name in counts))
    plain = {name: split.plain() for name, split in counts.items()}
    for fact, first in next(iter(plain.values())).items():
        if isinstance(first, dict):
            table.add_section()
            words = dict.fromkeys(word for split in plain.values() for word in split.get(fact, {}))
            for word in words:
                cells = (split.get(fact, {}).get(word, 0) for split in plain.values())
                table.add_row(Text(f"{fact}: {word}"), *(f"{cell}" for cell in cells))
        else:
            cells = (_cell(split[fact]) for split in plain.values())
            title = fact.replace("_", " ") + (" (min / median / max)" if fact in _RANGES else "")
            table.add_row(title, *cells)
    return table


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return " / ".join(f"{number:.3g}" if number < 1 else f"{number:.0f}" for number in value)
    return "-" if value is None else str(value)


def _balance_table(result: "Resplit") -> Table:
    from dataclasses import astuple, fields

    from training.data_sets.resplit import Balance

    table = Table(*(column.name if column.name != "name" else "" for column in fields(Balance)))
    for one in result.balance:
        if one.name == "fold 0":
            table.add_section()
        table.add_row(*(str(cell) for cell in astuple(one)))
    return table
