"""Writes the acts of the whole store to a CSV file."""

import csv
import io
from collections.abc import Generator, Iterator
from pathlib import Path

from app.domain.act_filter import ActFilter
from app.domain.audit import AuditEvent, AuditKind, EditedValue
from app.domain.errors import ExportError
from app.translation import _
from app.usecases.audit.list_acts import ListedAct, listed, narrowed_to_case
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.files.private_files import create_private

COLUMNS = ("sequence", "at_utc", "who", "act", "about", "subject", "detail", "weights_sha256")
_READ_AT_ONCE = 1000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""What a spreadsheet may evaluate; an apostrophe before it keeps it text."""


def export_acts(
    services: Services, wanted: ActFilter, path: Path, *, case: str = "", token: CancelToken
) -> Generator[Progress, None, int]:
    """Write acts newest first, and return how many; the export is an act itself.

    The file is whole or not there; one of the same name is replaced.

    Raises:
        ExportError: it cannot be written.
        CancelledError: the person asked to stop; nothing is left behind.
    """
    beginning = path.with_name(f".{path.name}.part")
    done = 0
    try:
        create_private(beginning)
        with beginning.open("wb") as stream:
            stream.write(b"\xef\xbb\xbf" + _line(COLUMNS))
            for acts, total in _pages(services, wanted, case):
                stop_if_cancelled(token)
                stream.writelines(_line(_cells(act)) for act in acts)
                done += len(acts)
                yield Progress(done, total, _("Writing the audit trail"))
        beginning.replace(path)
    except OSError as error:
        raise ExportError(
            _("The file {path} cannot be written: {reason}.").format(path=path, reason=error.strerror)
        ) from None
    finally:
        beginning.unlink(missing_ok=True)
    with services.store.writing() as work:
        work.audit.append(services.user, AuditKind.ACTS_EXPORTED, "audit", f"{done} acts")
        work.commit()
    return done


def _pages(services: Services, wanted: ActFilter, case: str) -> Iterator[tuple[list[ListedAct], int]]:
    """Read the acts a thousand at a time, so that the store is never held for long."""
    before: int | None = None
    while True:
        with services.store.reading() as work:
            narrowed = narrowed_to_case(work, wanted, case)
            events = work.audit.newest(narrowed, before=before, limit=_READ_AT_ONCE)
            yield listed(work, events), work.audit.count(narrowed)
        if len(events) < _READ_AT_ONCE:
            return
        before = events[-1].sequence


def _cells(act: ListedAct) -> tuple[str, ...]:
    event = act.event
    return (
        str(event.sequence),
        event.at.isoformat(),
        event.who,
        _stored_words(event),
        act.about,
        event.subject,
        _detail(event),
        event.weights_sha256 or "",
    )


def _detail(event: AuditEvent) -> str:
    """Return an act's detail; of an edit each field with its old and new value."""
    if event.edits:
        return "; ".join(f"{edit.field}: {_said(edit.old)} -> {_said(edit.new)}" for edit in event.edits)
    return ", ".join(event.fields) or event.detail


def _said(value: EditedValue) -> str:
    return "" if value is None else str(value)


def _stored_words(event: AuditEvent) -> str:
    return str(event.kind) if event.reverted_to is None else f"{event.kind} {event.reverted_to}"


def _line(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells)
    return text.getvalue().encode("utf-8", "replace")
