"""Commands about cases: import, predict, list, export, report, and all of it at once."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from app.cli.context import RESEARCH_USE, TOKEN, CliContext, Json, cli_of
from app.cli.list_conditions import (
    Assigned,
    Bands,
    Due,
    Reader,
    Search,
    Shown,
    Tags,
    asked_for,
    search_with,
)
from app.cli.metadata import Map, enter_beside_import, mapped_table
from app.domain.analysis.need import FIRST_LOOK
from app.domain.analysis.triage import CHECK_IMAGE
from app.domain.case import CaseLine
from app.domain.case_filter import CaseFilter
from app.domain.errors import NotFoundError
from app.domain.figures import percent
from app.domain.ids import ImageId, LesionId
from app.domain.work_list.due import Reckoning
from app.text.bands import band_words
from app.text.outcomes import days_without_outcome, status_since
from app.text.waiting import waiting_words
from app.translation import N_, _, ngettext
from app.usecases.analysis.analyse import Request, analyse_images, outstanding
from app.usecases.analysis.assess_boundary import assess_boundaries
from app.usecases.cases.describe_samples import LIST_NAME
from app.usecases.cases.import_images import FileNotice, Refusal, import_images
from app.usecases.cases.list_cases import ORDERS, list_cases
from app.usecases.cases.remove_case import restore_cases
from app.usecases.cases.triage_folder import triage_folder
from app.usecases.exports.case_selection import CaseSelection, selected_images
from app.usecases.exports.export_cases import export_cases, key_folder
from app.usecases.exports.export_manner import ExportManner, NamedBy
from app.usecases.exports.report_layout import (
    DICOM_FORMATS,
    HTML_FORMAT,
    OVERLAY_FILE,
    REPORT_FORMAT,
    ReportForm,
)
from app.usecases.exports.write_report import write_report
from app.usecases.progress import Progress
from app.usecases.skipped_cases import WrittenCases
from training.contract.terminal_tables import add_row, no_wrap_column

_SHOWN_ID_LETTERS = 8
"""Of an image id in tables; commands take any beginning that only one case has."""

_KEY_WORDS = N_("“naevus export key_table --with-identity --to FOLDER” writes whose they are.")

_LEFT_OUT, _NOTICE, _KEPT_APART = N_("Left out"), N_("Notice"), N_("Kept apart")

_Paths = Annotated[list[Path], typer.Argument(help="Image files or folders.")]
_Ids = Annotated[
    list[str] | None, typer.Argument(help="Ids of 'naevus list', or their beginnings; none means all.")
]
_Folder = Annotated[Path, typer.Option("--to", help="Folder to write into.")]
_WithIdentity = Annotated[
    bool, typer.Option("--with-identity", help="Keep names, numbers and dates; without it they are left out.")
]
_NamedBy = Annotated[
    NamedBy | None,
    typer.Option(
        "--named-by",
        help="What files are named by: the original (unless something else is said, with identity alone), "
        "number or pseudonym.",
    ),
]
_MergePatients = Annotated[
    bool,
    typer.Option(
        "--merge-patients",
        help="Take one patient number for one person even where name, sex or birth date contradict; "
        "joins images that were kept apart before, too.",
    ),
]


@dataclass(frozen=True, slots=True)
class PredictedCases:
    """What ``naevus predict`` tells: the images that were asked for, and where it failed."""

    lines: tuple[CaseLine, ...]
    left_out: tuple[Refusal, ...]


def triage(
    context: typer.Context,
    paths: _Paths,
    report: Annotated[Path, typer.Option(help="Folder for reports, table and masks.")],
    with_identity: _WithIdentity = False,
    merge_patients: _MergePatients = False,
    as_json: Json = False,
) -> None:
    """Import, segment, score and rank images, and write reports."""
    cli = cli_of(context, as_json=as_json)
    done = cli.follow(
        triage_folder(
            cli.services,
            paths,
            report,
            deidentified=not with_identity,
            token=TOKEN,
            merges_patients=merge_patients,
        )
    )
    cli.print_warnings((*done.refused, *done.not_scored))
    cli.print_warnings(done.notices, _(_NOTICE))
    _tell_kept_apart(cli, done.kept_apart)
    _tell_beside(cli, passed_over=done.passed_over, described=done.described)
    cli.show(done, _table_of(done.lines, done.report_by_image))
    cli.follow(assess_boundaries(cli.services, [line.image_id for line in done.lines], TOKEN))
    if not as_json:
        key = "" if with_identity else f"{_(_KEY_WORDS)} "
        cli.console.print(
            _(
                "{count} files were written to {report}; the cases are kept in {folder}. {key}{research_use}"
            ).format(
                count=len(done.files),
                report=report,
                folder=cli.services.store.folder,
                key=key,
                research_use=_(RESEARCH_USE),
            ),
            markup=False,
            soft_wrap=True,
        )
    if not done.lines:
        raise typer.Exit(1)


def import_(
    context: typer.Context,
    paths: _Paths,
    further_of: Annotated[
        str | None,
        typer.Option("--lesion-of", help="Id of a case: the files are further images of its lesion."),
    ] = None,
    merge_patients: _MergePatients = False,
    take_damaged: Annotated[
        bool,
        typer.Option(
            "--take-damaged",
            help="Take damaged JPEG files, too, as far as they can be shown: marked, and without a score.",
        ),
    ] = False,
    metadata: Annotated[
        Path | None,
        typer.Option(help="Table with age, sex, site and so on of the images, entered with them."),
    ] = None,
    maps: Map = None,
    as_json: Json = False,
) -> None:
    """Take images into the case store without looking at them."""
    cli = cli_of(context, as_json=as_json)
    # Read first: a table that cannot be used is better known before thousands of images are imported.
    reading = None if metadata is None else mapped_table(metadata, maps)
    lesion_id = None if further_of is None else lesion_of(cli, further_of)
    job = import_images(
        cli.services,
        paths,
        token=TOKEN,
        lesion_id=lesion_id,
        merges_patients=merge_patients,
        takes_damaged=take_damaged,
    )
    done = cli.follow(job)
    cli.print_warnings(done.refused)
    if done.partly_readable:
        cli.remark(_("Damaged files can be taken without a score: naevus import FILE --take-damaged."))
    cli.print_warnings(done.notices, _(_NOTICE))
    _tell_kept_apart(cli, done.kept_apart)
    _tell_beside(cli, passed_over=done.passed_over, described=done.described)
    if metadata is not None and reading is not None:
        enter_beside_import(cli, metadata, reading, (*done.imported, *done.already_known))
    cli.show(
        done,
        _("Imported: {count}. Refused: {count_2}.").format(
            count=len(done.imported), count_2=len(done.refused)
        ),
    )
    if not (done.imported or done.joined) and done.refused:
        raise typer.Exit(1)


def predict(
    context: typer.Context,
    image_ids: _Ids = None,
    score_anyway: Annotated[
        bool,
        typer.Option(
            "--score-anyway",
            help="Score images that do not look like dermoscopic images of a lesion, too; that is recorded.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Find the boundary and compute the score of images; without ids, whatever is outstanding."""
    cli = cli_of(context, as_json=as_json)
    wanted = _ids(cli, image_ids) if image_ids else _outstanding(cli)
    request = Request(is_anew=bool(image_ids), scores_unsuitable=score_anyway)
    failed = cli.follow(analyse_images(cli.services, wanted, TOKEN, request))
    with cli.services.store.reading() as work:
        lines = tuple(work.cases.lines_of(wanted))
    cli.print_warnings(failed, _(_LEFT_OUT))
    cli.show(PredictedCases(lines, failed), _table_of(lines))
    cli.follow(assess_boundaries(cli.services, wanted, TOKEN))
    if failed and len(failed) == len(wanted):
        raise typer.Exit(1)


def list_(
    context: typer.Context,
    search: Search = "",
    shown: Shown = CaseFilter.ALL.value,
    bands: Bands = None,
    tags: Tags = None,
    due: Due = None,
    assigned: Assigned = None,
    reader: Reader = None,
    order: Annotated[str, typer.Option(help=f"One of: {', '.join(ORDERS)}.")] = "priority",
    descending: Annotated[bool, typer.Option("--descending", help="The last in this order first.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many cases to show.")] = 50,
    removed: Annotated[bool, typer.Option("--removed", help="The cases removed from the work list.")] = False,
    as_json: Json = False,
) -> None:
    """Show the work list, the most urgent case first."""
    if order not in ORDERS:
        raise typer.BadParameter(
            _("'{order}' is none of: {orders}.").format(order=order, orders=", ".join(ORDERS)),
            param_hint="--order",
        )
    cli = cli_of(context, as_json=as_json)
    search = search_with(search, bands=bands, tags=tags, due=due, assigned=assigned, reader=reader)
    asked = asked_for(cli, shown, search)
    window = list_cases(
        cli.services,
        search=asked.search,
        shown=asked.shown,
        order=order,
        descending=descending,
        limit=limit,
        removed=removed,
    )
    cli.show(window, _table_of(window.lines, reckoning=cli.services.reckoning))
    if len(window.lines) < window.total:
        cli.remark(
            _("{count} of {total} shown; --limit N shows more.").format(
                count=len(window.lines), total=window.total
            )
        )


def restore(
    context: typer.Context,
    image_ids: Annotated[list[str], typer.Argument(help="Ids of 'naevus list --removed', or beginnings.")],
    as_json: Json = False,
) -> None:
    """Bring removed cases back into the work list."""
    cli = cli_of(context, as_json=as_json)
    removed = _listed_ids(cli, removed=True)
    wanted = tuple(dict.fromkeys(_id_like(beginning, removed, _("removed cases")) for beginning in image_ids))
    restore_cases(cli.services, wanted)
    with cli.services.store.reading() as work:
        lines = tuple(work.cases.lines_of(wanted))
    cli.show(lines, _table_of(lines))


def export(
    context: typer.Context,
    format_name: Annotated[str, typer.Argument(help="Name of the format.")],
    folder: _Folder,
    image_ids: _Ids = None,
    with_identity: _WithIdentity = False,
    named_by: _NamedBy = None,
    overlay: Annotated[
        str | None,
        typer.Option("--overlay", help="Overlay of the score that DICOM files have with them, by its name."),
    ] = None,
    shown: Shown = CaseFilter.ALL.value,
    search: Search = "",
    as_json: Json = False,
) -> None:
    """Write cases in another format (an unknown name lists the formats).

    Stopped with Ctrl+C, the same command goes on where it stopped.
    """
    cli = cli_of(context, as_json=as_json)
    chosen = _chosen(cli, image_ids, shown, search)
    _check_overlay(cli, format_name, overlay)
    manner = ExportManner(not with_identity, named_by, overlay=overlay)
    job = export_cases(cli.services, chosen, format_name, folder, manner=manner, token=TOKEN)
    written = _write(cli, job, folder)
    if overlay is not None:
        _tell_overlays_missing(cli, len(chosen) - sum(file.name == OVERLAY_FILE for file in written.files))
    if not with_identity and key_folder(cli.services).is_dir():
        cli.remark(_("Which file is whose is kept in {folder}.").format(folder=key_folder(cli.services)))


def report(
    context: typer.Context,
    folder: _Folder,
    image_ids: _Ids = None,
    with_identity: _WithIdentity = False,
    named_by: _NamedBy = None,
    form: Annotated[
        ReportForm,
        typer.Option(
            "--form", help="One page with the decision first, or everything with overlay, history and cards."
        ),
    ] = ReportForm.SHORT,
    html: Annotated[
        bool, typer.Option("--html", help="Write HTML, one file with its pictures in it, instead of PDF.")
    ] = False,
    with_letterhead: Annotated[
        bool,
        typer.Option("--with-letterhead", help="Show the clinic's letterhead in de-identified reports, too."),
    ] = False,
    shown: Shown = CaseFilter.ALL.value,
    search: Search = "",
    as_json: Json = False,
) -> None:
    """Write a report for each case."""
    cli = cli_of(context, as_json=as_json)
    chosen = _chosen(cli, image_ids, shown, search)
    manner = ExportManner(not with_identity, named_by, form=form, shows_clinic=with_letterhead)
    format_name = HTML_FORMAT if html else REPORT_FORMAT
    _write(
        cli,
        write_report(cli.services, chosen, folder, manner=manner, token=TOKEN, format_name=format_name),
        folder,
    )


def _check_overlay(cli: CliContext, format_name: str, overlay: str | None) -> None:
    """Refuse an overlay that no engine computes, or that the format does not hold."""
    if overlay is None:
        return
    if format_name not in DICOM_FORMATS:
        raise typer.BadParameter(_("Only DICOM files have an overlay of the score with them."))
    known = cli.services.predictor.overlay_names()
    if overlay not in known:
        sentence = _("There is no overlay “{overlay}”; there are: {known}.")
        raise typer.BadParameter(sentence.format(overlay=overlay, known=", ".join(known)))


def _chosen(cli: CliContext, image_ids: Sequence[str] | None, shown: str, search: str) -> tuple[ImageId, ...]:
    """Return the images that are named, or those of the work list that filter and search leave."""
    asked = asked_for(cli, shown, search)
    if not image_ids:
        return selected_images(cli.services, CaseSelection(search=asked.search, shown=asked.shown))
    if not asked.is_everything:
        raise typer.BadParameter(_("Name cases, or say which part of the work list; not both."))
    return _ids(cli, image_ids)


def _tell_kept_apart(cli: CliContext, kept_apart: Sequence[FileNotice]) -> None:
    """Say which images were given a patient of their own although their number is known, and the remedy."""
    cli.print_warnings(kept_apart, _(_KEPT_APART))
    if kept_apart:
        cli.remark(_("If it is the same person after all, import again with --merge-patients."))


def _tell_beside(cli: CliContext, *, passed_over: int, described: int) -> None:
    """Say in a line each what was entered from the list of the samples, and what is no image."""
    if described:
        entered = ngettext(
            "Age and sex of {count} sample image are from {list_name}.",
            "Age and sex of {count} sample images are from {list_name}.",
            described,
        )
        cli.remark(entered.format(count=described, list_name=LIST_NAME))
    if passed_over:
        left = ngettext(
            "{count} other file passed over: no image.",
            "{count} other files passed over: no image.",
            passed_over,
        )
        cli.remark(left.format(count=passed_over))


def _tell_overlays_missing(cli: CliContext, count: int) -> None:
    if count:
        said = ngettext(
            "{count} case has no overlay: no score, no scale in mm, or no engine that explains it.",
            "{count} cases have no overlay: no score, no scale in mm, or no engine that explains it.",
            count,
        )
        cli.remark(said.format(count=count))


def _write(cli: CliContext, job: Generator[Progress, None, WrittenCases], folder: Path) -> WrittenCases:
    """Write, and say what was written and what was left out; fail when nothing could be written."""
    written = cli.follow(job)
    cli.print_warnings(written.left_out, _(_LEFT_OUT))
    cli.show(
        written, _("{count} files were written to {folder}.").format(count=len(written.files), folder=folder)
    )
    if written.left_out and not written.files:
        raise typer.Exit(1)
    return written


def _ids(cli: CliContext, wanted: Sequence[str] | None) -> tuple[ImageId, ...]:
    """Return the images whose ids begin like the wanted ones, or the whole work list when none is named."""
    listed = _listed_ids(cli)
    return tuple(_id_like(beginning, listed) for beginning in wanted) if wanted else listed


def ids_named(cli: CliContext, beginnings: Sequence[str]) -> tuple[ImageId, ...]:
    """Return the cases of the work list whose ids begin so, each once; raises NotFoundError."""
    return tuple(dict.fromkeys(_ids(cli, beginnings)))


def only_id(cli: CliContext, beginning: str) -> ImageId:
    """Return the one case of the work list whose id begins so; raises NotFoundError."""
    return _ids(cli, [beginning])[0]


def lesion_of(cli: CliContext, beginning: str) -> LesionId:
    """Return the lesion of the one case whose id begins so; raises NotFoundError."""
    image_id = only_id(cli, beginning)
    with cli.services.store.reading() as work:
        return work.cases.case(image_id).lesion.id


def _id_like(beginning: str, listed: Sequence[ImageId], where: str = "") -> ImageId:
    matching = [image_id for image_id in listed if image_id.startswith(beginning.lower())]
    if len(matching) != 1:
        found = _("No case") if not matching else _("More than one case")
        raise NotFoundError(
            _("{found} of the {where} has an id that begins with “{beginning}”.").format(
                found=found, where=where or _("work list"), beginning=beginning
            )
        )
    return matching[0]


def _outstanding(cli: CliContext) -> tuple[ImageId, ...]:
    needs_by_image = outstanding(cli.services)
    return tuple(image_id for image_id, needs in needs_by_image.items() if needs & FIRST_LOOK)


def _listed_ids(cli: CliContext, *, removed: bool = False) -> tuple[ImageId, ...]:
    with cli.services.store.reading() as work:
        return tuple(case.image_id for case in work.cases.listed(removed=removed))


def _urgency(line: CaseLine) -> str:
    if line.priority is None:
        return line.no_score_words.lower() or "-"
    label = band_words(line.priority.band)
    return f"{label} ({_(CHECK_IMAGE).lower()})" if line.priority.warnings else label


def _table_of(
    lines: Sequence[CaseLine],
    report_by_image: Mapping[ImageId, Path] | None = None,
    *,
    reckoning: Reckoning | None = None,
) -> Table:
    """Return the work list for the screen, with the name of each case's report when reports were written.

    With a reckoning, undecided cases say how long they have been waiting, and decided ones without an
    outcome since when they are decided; whom cases are assigned to and tags stand where there are any.
    """
    has_tags = any(line.tags or line.assigned_to for line in lines)
    table = Table(
        "urgency",
        "score",
        no_wrap_column("lesion"),
        no_wrap_column("patient"),
        "site",
        Column("file", overflow="fold"),
        no_wrap_column("status"),
        no_wrap_column("id"),
        *([Column("tags", overflow="fold")] if has_tags else []),
    )
    if report_by_image:
        table.add_column("report", overflow="fold")
    for line in lines:
        report = (report_by_image or {}).get(line.image_id)
        add_row(
            table,
            _urgency(line),
            percent(line.probability) if line.probability is not None else "-",
            "-"
            if line.lesion is None
            else _("{probability} of {image_count}").format(
                probability=percent(line.lesion.probability), image_count=line.lesion.image_count
            ),
            line.patient_code,
            line.site or "-",
            line.file_name,
            _status(line, reckoning),
            line.image_id[:_SHOWN_ID_LETTERS],
            *([_notes(line)] if has_tags else []),
            *((report.name if report else "-",) if report_by_image else ()),
        )
    return table


def _status(line: CaseLine, reckoning: Reckoning | None) -> str:
    """Return how far a case is, and with a reckoning since when."""
    if reckoning is None:
        return line.status
    is_without_outcome = bool(days_without_outcome(line, reckoning.now))
    status = status_since(line, reckoning.now).lower() if is_without_outcome else line.status
    waiting = waiting_words(line, reckoning).lower()
    return f"{status}, {waiting}" if waiting else status


def _notes(line: CaseLine) -> str:
    """Return whom a case is assigned to, and its tags."""
    return ", ".join((*([f"@{line.assigned_to}"] if line.assigned_to else []), *line.tags)) or "-"


def add_case_commands(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (triage, predict, restore, export, report):
        commands.command()(command)
    commands.command("import")(import_)
    commands.command("list")(list_)
