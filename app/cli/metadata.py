"""The command that enters what a table knows about stored cases."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from app.cli.context import TOKEN, CliContext, Json, cli_of
from app.domain.ids import ImageId
from app.translation import _
from app.usecases.cases.import_images import FileNotice
from app.usecases.metadata.enter_metadata import EnteredMetadata, enter_metadata
from app.usecases.metadata.line_matching import MatchedBy
from app.usecases.metadata.plan import LineRefusal, MetadataPlan, PlannedChange
from app.usecases.metadata.table_reading import TableReading, column_choices, read_metadata
from training.contract.terminal_tables import UNKNOWN, add_row, no_wrap_column

Replace = Annotated[
    bool,
    typer.Option("--replace", help="Let the table's values replace stored ones that contradict them."),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="What a column means where its header is not known; COLUMN= leaves it out. Fields: "
        + ", ".join(choice.name for choice in column_choices())
        + ".",
    ),
]


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """A change of the plan as ``--json`` tells it."""

    line: int
    subject: str
    field: str
    stored: str
    table: str
    contradicts: bool


@dataclass(frozen=True, slots=True)
class MetadataOutcome:
    """What ``naevus metadata`` tells."""

    values: tuple[EnteredValue, ...]
    """That were entered, or would be."""
    left_out: tuple[EnteredValue, ...]
    """Contradicting values and decisions that the person did not ask for."""
    refused: tuple[LineRefusal, ...]
    agreeing: int
    lines: int
    unmatched: int
    is_entered: bool


def metadata(
    context: typer.Context,
    table: Annotated[Path, typer.Argument(help="Table in CSV, TSV, XLSX or JSON.")],
    by: Annotated[
        MatchedBy | None,
        typer.Option(help="What tells which case a line is about; without it, whatever the columns hold."),
    ] = None,
    maps: Map = None,
    replace: Replace = False,
    with_decisions: Annotated[
        bool,
        typer.Option("--with-decisions", help="Record the table's diagnoses as decisions that you sign."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Enter what a table knows about stored cases: age, sex, site and the other fields of the forms."""
    cli = cli_of(context, as_json=as_json)
    reading = mapped_table(table, maps)
    plan = cli.follow(reading.plan(cli.services, TOKEN, by=by))
    chosen = plan.chosen(replaces=replace, with_decisions=with_decisions)
    tell_plan(cli, table, reading, plan)
    refused, shown = plan.refused, chosen
    if not dry_run:
        entered = cli.follow(enter_metadata(cli.services, chosen, TOKEN))
        _complain(cli, table, entered.refused)
        refused, shown = (*refused, *entered.refused), entered.entered
    left_out = tuple(change for change in plan.changes if change not in chosen)
    outcome = MetadataOutcome(
        values=_values(shown),
        left_out=_values(left_out),
        refused=refused,
        agreeing=plan.agreeing,
        lines=plan.lines,
        unmatched=plan.unmatched,
        is_entered=not dry_run,
    )
    cli.show(outcome, _table_of(outcome.values))
    _sum_up(cli, outcome, left_out)
    if not plan.changes and not plan.agreeing:
        raise typer.Exit(1)


def enter_beside_import(
    cli: CliContext, table: Path, reading: TableReading, imported: Collection[ImageId]
) -> EnteredMetadata:
    """Enter what a table knows about images that were imported just now."""
    plan = cli.follow(reading.plan(cli.services, TOKEN, among=frozenset(imported)))
    tell_plan(cli, table, reading, plan)
    chosen = plan.chosen(replaces=False, with_decisions=False)
    entered = cli.follow(enter_metadata(cli.services, chosen, TOKEN))
    _complain(cli, table, entered.refused)
    cli.remark(
        _("{counted} entered from {name}.").format(
            counted=_counted(len(entered.entered), "value"), name=table.name
        )
    )
    return entered


def mapped_table(path: Path, maps: Sequence[str] | None) -> TableReading:
    """Return a table with its columns as they are recognised, and as a person says."""
    reading = read_metadata(path)
    for said in maps or ():
        column, separator, name = said.rpartition("=")
        if not separator:
            raise typer.BadParameter(
                _("“{said}” is not of the form COLUMN=FIELD.").format(said=said), param_hint="--map"
            )
        reading = reading.with_meaning(column, name or None)
    return reading


def tell_plan(cli: CliContext, table: Path, reading: TableReading, plan: MetadataPlan) -> None:
    """Say how the table was read, and what of it is refused."""
    for note in plan.notes:
        cli.remark(note)
    if reading.unread:
        cli.remark(_("Nothing was taken from the columns {names}.").format(names=", ".join(reading.unread)))
    _complain(cli, table, plan.refused)
    if plan.unmatched:
        first = plan.unmatched_examples[0]
        cli.remark(
            _(
                "{unmatched} of {lines} lines name no case of the work list, as line {line} ({subject})."
            ).format(unmatched=plan.unmatched, lines=plan.lines, line=first.line, subject=first.subject)
        )


def _complain(cli: CliContext, table: Path, refused: Sequence[LineRefusal]) -> None:
    cli.print_warnings(
        [
            FileNotice(
                table,
                _("line {line}{value}: {sentence}").format(
                    line=one.line, value=f" ({one.subject})" if one.subject else "", sentence=one.sentence
                ),
            )
            for one in refused
        ]
    )


def _values(changes: Sequence[PlannedChange]) -> tuple[EnteredValue, ...]:
    return tuple(
        EnteredValue(one.line, one.subject, one.what, one.old, one.new, one.contradicts) for one in changes
    )


def _sum_up(cli: CliContext, outcome: MetadataOutcome, left_out: Sequence[PlannedChange]) -> None:
    count = len(outcome.values)
    done = (
        _("{counted} entered").format(counted=_counted(count, "value"))
        if outcome.is_entered
        else _("{count} would be entered").format(count=count)
    )
    cli.remark(_("{done}; {agreeing} stored already.").format(done=done, agreeing=outcome.agreeing))
    contradicting = sum(change.contradicts for change in left_out)
    if contradicting:
        cli.remark(
            _("{counted} left out, because something else is stored; --replace takes the table's.").format(
                counted=_counted(contradicting, "value")
            )
        )
    if decisions := sum(change.is_decision and not change.contradicts for change in left_out):
        cli.remark(
            _("{counted} left out; --with-decisions records them, signed by you.").format(
                counted=_counted(decisions, "decision")
            )
        )


def _counted(count: int, thing: str) -> str:
    return (
        _("{count} {thing} was").format(count=count, thing=thing) if count == 1 else f"{count} {thing}s were"
    )


def _table_of(changes: Sequence[EnteredValue]) -> Table:
    table = Table(no_wrap_column("line"), Column("case", overflow="fold"), "field", "stored", "table")
    for change in changes:
        add_row(table, str(change.line), change.subject, change.field, change.stored or UNKNOWN, change.table)
    return table


def add_metadata_commands(commands: typer.Typer) -> None:
    """Add ``metadata``."""
    commands.command()(metadata)
