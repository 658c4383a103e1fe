"""A command that tells which scan kernels this machine offers; the application cannot import torch to see."""

import json

import typer


def scan_kernels() -> None:
    """Print, as one line of JSON, torch's device and the kernel of the selective scan on each device."""
    from training.runs.scan_kernels import scan_kernels as found

    typer.echo(json.dumps(found()))


def add_machine_command(commands: typer.Typer) -> None:
    """Add the command of this module."""
    commands.command("scan-kernels", hidden=True)(scan_kernels)
