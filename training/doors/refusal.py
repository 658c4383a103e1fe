"""How a door says no: one sentence a person can act on, and exit code 1."""

import typer


class Refused(typer.Exit):
    """Ends the process with the sentence a person can act on."""

    def __init__(self, reason: object) -> None:
        typer.echo(str(reason), err=True)
        super().__init__(1)
