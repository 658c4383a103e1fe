"""Commands about models: which there are, which serves, and how that is changed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli.context import CliContext, Json, SnapshotOption, cli_of
from app.cli.training_program import PASSED_ON, pass_on
from app.domain.errors import LearningError
from app.translation import _
from app.usecases.learning.evaluate_candidate import evaluate_candidate
from app.usecases.learning.follow_run import list_runs
from app.usecases.learning.register_candidate import register_candidate
from app.usecases.models.list_models import ModelLine, list_models, unusable_active_models
from app.usecases.models.model_import_export import export_model, import_model
from app.usecases.models.promote_model import promote_model, roll_back_model
from models.contract.shelf.card import ModelTask
from models.contract.shelf.exam_table import table_lines
from models.contract.shelf.gate import verdict
from models.contract.shelf.model_shelf import ShelvedModel
from training.contract.terminal_tables import add_row, no_wrap_column, sanitized

models = typer.Typer(name="models", help="List the trained models, and choose which one serves.")

_Reference = Annotated[str, typer.Argument(help="NAME/VERSION, as 'naevus models' lists it.")]
_BundleFile = Annotated[Path, typer.Argument(help="The one file that holds the model (.naevusmodel).")]


@models.callback(invoke_without_command=True)
def _list_by_default(context: typer.Context, as_json: Json = False) -> None:
    if context.invoked_subcommand is None:
        _show_models(cli_of(context, as_json=as_json))


@models.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List the trained models on this machine."""
    _show_models(cli_of(context, as_json=as_json))


@models.command()
def promote(
    context: typer.Context,
    reference: _Reference,
    unexamined: Annotated[
        bool, typer.Option("--unexamined", help="For a shipped or imported model without an exam.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a model the one that serves, after a passed exam."""
    cli = cli_of(context, as_json=as_json)
    name, version = _shelved(cli, reference)
    model = promote_model(cli.services, name, version, unexamined=unexamined)
    cli.show(_model_facts(model), _("{reference} serves now.").format(reference=model.card.reference))


@models.command()
def rollback(
    context: typer.Context,
    task: Annotated[ModelTask, typer.Argument(help="segmentation, classification or refinement.")],
    as_json: Json = False,
) -> None:
    """Go back to the model that served before."""
    cli = cli_of(context, as_json=as_json)
    model = roll_back_model(cli.services, task)
    cli.show(_model_facts(model), _("{reference} serves again.").format(reference=model.card.reference))


@models.command()
def exam(
    context: typer.Context,
    reference: _Reference,
    snapshot: SnapshotOption = None,
    as_json: Json = False,
) -> None:
    """Measure a model beside the one that serves, on the exam patients."""
    cli = cli_of(context, as_json=as_json)
    name, version = _shelved(cli, reference)
    sat = evaluate_candidate(cli.services, name, version, snapshot)
    gate = verdict(sat)
    lines = (*table_lines(sat), "passed" if gate.passed else _("not passed"), *gate.reasons)
    cli.show({"exam": sat, "passed": gate.passed, "reasons": gate.reasons}, "\n".join(lines))


@models.command("export")
def export_(context: typer.Context, reference: _Reference, file: _BundleFile, as_json: Json = False) -> None:
    """Pack a model into one file for another machine."""
    cli = cli_of(context, as_json=as_json)
    name, version = _shelved(cli, reference)
    packed = export_model(cli.services, name, version, file)
    cli.show(packed, _("{reference} was written to {packed}.").format(reference=reference, packed=packed))


@models.command("import")
def import_(context: typer.Context, file: _BundleFile, as_json: Json = False) -> None:
    """Put the model of such a file onto the shelf; it does not serve by that."""
    cli = cli_of(context, as_json=as_json)
    model = import_model(cli.services, file)
    cli.show(_model_facts(model), _("{reference} is on the shelf.").format(reference=model.card.reference))


@models.command(**PASSED_ON)
def compare(context: typer.Context) -> None:
    """Measure models side by side and rank them; Ctrl+C stops and writes nothing."""
    pass_on(context, ["compare", *_shelf_for(context), *context.args])


@models.command(**PASSED_ON)
def explain(context: typer.Context) -> None:
    """Show what a model's answers came from, or with --check how far its overlays can be trusted."""
    pass_on(context, ["explain", *_shelf_for(context), *context.args])


def _shelf_for(context: typer.Context) -> list[str]:
    """Options that tell the training program of the models on the shelf; it needs none to print its help."""
    cli = cli_of(context, as_json=False)
    folders = [] if "--help" in context.args else [model.folder for model in cli.services.shelf.list()]
    return [part for folder in folders for part in ("--shelf", str(folder))]


def _show_models(cli: CliContext) -> None:
    table = Table(no_wrap_column("model"), "task", "state", _("trained from"), "exam")
    lines = list_models(cli.services)
    for line in lines:
        cells = (line.card.task, line.state, line.parent or "-", _exam_words(line))
        add_row(table, line.card.reference, *cells)
    cli.show([_as_json(line) for line in lines], table)
    problems = (*(sentence for _, sentence in cli.services.shelf.problems()),)
    if not cli.as_json:
        for sentence in dict.fromkeys((*problems, *unusable_active_models(cli.services))):
            cli.errors.print(sanitized(sentence), markup=False, soft_wrap=True)


def _exam_words(line: ModelLine) -> str:
    """One word; ``naevus models exam`` and ``--json`` tell the rest."""
    if line.verdict is None:
        return "-"
    if not line.verdict.passed:
        return _("not passed")
    return "passed" if line.state != "candidate" or not line.note else _("passed, to be sat again")


def _as_json(line: ModelLine) -> dict[str, object]:
    return {
        "folder": str(line.folder),
        "is_active": line.state == "active",
        "state": line.state,
        "note": line.note,
        "verdict": line.verdict,
        "exam": line.exam,
        **line.card.model_dump(mode="json"),
    }


def _model_facts(model: ShelvedModel) -> dict[str, str]:
    return {
        "reference": model.card.reference,
        "task": model.card.task,
        "weights_sha256": model.card.weights_sha256,
    }


def _shelved(cli: CliContext, reference: str) -> tuple[str, str]:
    """Split a reference, and put the candidate of a finished run onto the shelf when it is meant."""
    name, _slash, version = reference.partition("/")
    if not name or not version:
        raise typer.BadParameter(
            _("'{reference}' is not NAME/VERSION.").format(reference=reference), param_hint="REFERENCE"
        )
    for run in list_runs(cli.services):
        if run.candidate == reference and run.state == "finished":
            try:
                register_candidate(cli.services, run.id)
            except LearningError:
                continue  # the model of this name on the shelf is another one, and that is what was named
    return name, version
