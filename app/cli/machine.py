"""Commands about this machine: its engines and its case store."""

import typer
from rich.table import Table

from app.cli.desk import Json, add_row, desk_of
from app.usecases.examine_engines import examine_engines, examine_store


def devices(context: typer.Context, as_json: Json = False) -> None:
    """Run a real inference on every engine of this machine and report."""
    desk = desk_of(context, as_json=as_json)
    reports = desk.follow(examine_engines(desk.services))
    table = Table("engine", "provider", "device", "boundary ms", "score ms", "note")
    for found in reports:
        times = (f"{ms:.0f}" if ms is not None else "-" for ms in (found.boundary_ms, found.score_ms))
        add_row(table, found.engine, found.provider, found.device, *times, found.note)
    desk.show(reports, table)


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Check the database and every stored file; exit code 1 when something is wrong."""
    desk = desk_of(context, as_json=as_json)
    findings = desk.follow(examine_store(desk.services))
    table = Table("", "finding")
    for finding in findings:
        add_row(table, "problem" if finding.is_problem else "ok", finding.sentence)
    desk.show(findings, table)
    if any(finding.is_problem for finding in findings):
        raise typer.Exit(1)


def add_machine_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (devices, doctor):
        commands.command()(command)
