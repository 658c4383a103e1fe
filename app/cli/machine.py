"""Commands about this machine: its engines, its case store, its graphics card and its libraries."""

import json
import os
import platform
import time
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Annotated

import typer
from rich.table import Table

from app.cli.context import CliContext, Json, cli_of
from app.cli.graphics_card import GraphicsCard, GraphicsCardError, graphics_cards
from app.cli.training_program import training_answer
from app.domain.store_finding import StoreFinding
from app.translation import _
from app.usecases.upkeep.examine_engines import examine_engines, examine_store
from app.usecases.upkeep.private_data import make_data_private
from training.contract.terminal_tables import add_row

_LIBRARIES = (
    *("torch", "mamba-ssm", "triton", "numba", "onnxruntime-gpu", "onnxruntime", "numpy"),
    *("opencv-python-headless", "pillow", "pydicom", "PySide6-Essentials", "SQLAlchemy", "h5py"),
)


@dataclass(frozen=True)
class MachineReport:
    """What work is done with on this machine."""

    system: str
    processors: int
    graphics_cards: tuple[GraphicsCard, ...]
    graphics_note: str
    """Why no card is listed, or ""."""
    scan_kernels: dict[str, str]
    libraries: dict[str, str]
    """Versions by name; those that are not installed are left out."""


@dataclass(frozen=True)
class DoctorReport:
    """What the doctor found: the case store first, and the machine unless only the store was asked for."""

    store: tuple[StoreFinding, ...]
    machine: MachineReport | None


def devices(context: typer.Context, as_json: Json = False) -> None:
    """Run a real inference on every engine of this machine and report."""
    cli = cli_of(context, as_json=as_json)
    reports = cli.follow(examine_engines(cli.services))
    table = Table("engine", "provider", "device", _("boundary ms"), _("score ms"), "note")
    for found in reports:
        times = (f"{ms:.0f}" if ms is not None else "-" for ms in (found.boundary_ms, found.score_ms))
        add_row(table, found.engine, found.provider, found.device, *times, found.note)
    cli.show(reports, table)


def doctor(
    context: typer.Context,
    watch_gpu: Annotated[
        bool, typer.Option("--watch-gpu", help="Print the graphics card's memory until Ctrl+C, nothing else.")
    ] = False,
    every: Annotated[float, typer.Option("--every", min=0.2, help="With --watch-gpu: seconds.")] = 2.0,
    store_only: Annotated[bool, typer.Option("--store-only", help="Leave the machine out.")] = False,
    mend: Annotated[
        bool, typer.Option("--mend", help="First close the data folder to other users of this computer.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the case store and tell of the machine; exit code 1 when something is wrong."""
    cli = cli_of(context, as_json=as_json)
    if watch_gpu:
        _watch(cli, every)
        return
    if mend:
        make_data_private(cli.services)
    report = DoctorReport(
        cli.follow(examine_store(cli.services)), None if store_only else _examined_machine()
    )
    table = Table("", "finding")
    for finding in report.store:
        add_row(table, "problem" if finding.is_problem else "ok", finding.sentence)
    for subject, sentence in _machine_lines(report.machine):
        add_row(table, subject, sentence)
    cli.show(report, table)
    if any(finding.is_problem for finding in report.store):
        raise typer.Exit(1)


def _examined_machine() -> MachineReport:
    try:
        cards, note = graphics_cards(), ""
    except GraphicsCardError as error:
        cards, note = (), str(error)
    return MachineReport(
        system=_("{system} {release}, Python {python_version}").format(
            system=platform.system(), release=platform.release(), python_version=platform.python_version()
        ),
        processors=os.cpu_count() or 1,
        graphics_cards=cards,
        graphics_note=note,
        scan_kernels=_scan_kernels(),
        libraries={name: version for name in _LIBRARIES if (version := _version(name)) is not None},
    )


def _scan_kernels() -> dict[str, str]:
    """What the training program says, for only it may import torch; it needs some seconds."""
    answer = training_answer(["scan-kernels"])
    try:
        return dict(json.loads(answer or ""))
    except ValueError:
        return {"not known": _("The training program does not start here.")}


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def _machine_lines(machine: MachineReport | None) -> list[tuple[str, str]]:
    if machine is None:
        return []
    cards = [
        (
            _("graphics card"),
            _("{index}: {name}, driver {driver}, {words}").format(
                index=card.index, name=card.name, driver=card.driver, words=card.words()
            ),
        )
        for card in machine.graphics_cards
    ]
    return [
        (
            "system",
            _("{system}, {processors} processors").format(
                system=machine.system, processors=machine.processors
            ),
        ),
        *(cards or [(_("graphics card"), machine.graphics_note or _("The driver lists none."))]),
        *((_("scan kernel"), f"{device}: {kernel}") for device, kernel in machine.scan_kernels.items()),
        ("libraries", ", ".join(f"{name} {version}" for name, version in machine.libraries.items())),
    ]


def _watch(cli: CliContext, every_s: float) -> None:
    """Print the cards' state again and again; Ctrl+C ends it, and that is no failure."""
    try:
        while True:
            cards = graphics_cards()
            if not cards:
                raise GraphicsCardError(_("The NVIDIA driver lists no graphics card."))
            for card in cards:
                line = f"{datetime.now():%H:%M:%S}  {card.index}: {card.name}  {card.words()}"
                cli.show(card, line)
            time.sleep(every_s)
    except KeyboardInterrupt:
        return


def add_machine_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (devices, doctor):
        commands.command()(command)
