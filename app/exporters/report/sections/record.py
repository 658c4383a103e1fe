"""Where the image is from, which models spoke, and what was done to the case, in the order of time."""

import sys
from datetime import datetime

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.exporters.deidentification import CaseDisclosure
from app.exporters.report.content import Lines, Pairs, Part, heading, small
from app.exporters.report.facts import ReportFacts
from app.exporters.report.sections.score import HASH_LETTERS
from app.text.figures import percent_words
from app.text.history import metadata_words, revision_words
from app.text.lesions import lesion_changes
from app.text.outcomes import outcome_title
from app.text.readings import form_words, reading_words
from app.text.stored_sentences import stored_words
from app.translation import _, in_numerals

_LAST = sys.maxsize

_TELLING_PROVENANCE = frozenset({"file type", "colour profile"})
"""Lines that quote the end of the file's name or a profile's name, either of which may name a person."""


def image_origin(facts: ReportFacts) -> list[Part]:
    """Return where the image is from and what was done to it at import."""
    image, disclosed = facts.case.image, facts.disclosed
    imported = f"{disclosed.when(image.imported_at)}, {disclosed.who_words(image.imported_by)}"
    pairs = [
        (_("Image"), disclosed.image_code),
        (_("File"), disclosed.file_name if not disclosed.is_deidentified else _("name left out")),
        (
            _("Size"),
            _("{width_px:,} x {height_px:,} px, {media_type}").format(
                width_px=image.width_px, height_px=image.height_px, media_type=image.media_type
            ),
        ),
        (_("Dermoscopy"), stored_words(image.dermoscopic_type)),
        (_("Imported"), imported),
        (
            _("Original (SHA-256)"),
            f"{image.original[:HASH_LETTERS]}…" if not disclosed.is_deidentified else _("left out"),
        ),
    ]
    done = [
        f"{what}: {words}"
        for what, words in image.provenance
        if not disclosed.is_deidentified or what not in _TELLING_PROVENANCE
    ]
    return [
        heading(_("Image")),
        Pairs(pairs, columns=2, label_share=0.3),
        *(small(_("At import, {words}.").format(words=words)) for words in done),
    ]


def models_used(facts: ReportFacts) -> list[Part]:
    """Return which models spoke, when, and on which machine part."""
    case = facts.case
    spoken = [
        (what, prediction)
        for what, prediction in ((_("Boundary"), case.boundary), (_("Score"), case.score))
        if prediction is not None
    ]
    if not spoken:
        return []
    rows = [
        (
            what,
            f"{prediction.model.name} {prediction.model.version}",
            prediction.model.weights_sha256,
            in_numerals(f"{prediction.model.threshold:.3f}"),
            f"{prediction.model.preprocessing}; {prediction.run.engine}, {prediction.run.provider}; "
            f"{facts.disclosed.when(prediction.predicted_at)}",
        )
        for what, prediction in spoken
    ]
    header = (_("Task"), _("Model"), _("Weights (SHA-256)"), _("Threshold"), _("Input, engine, time"))
    return [heading(_("Models")), Lines(header, rows, (21 / 176, 46 / 176, 50 / 176, 18 / 176, 41 / 176))]


def revision_history(facts: ReportFacts) -> list[Part]:
    """Return predictions, corrections, help with them and decisions in the order in which they were stored.

    The clock may have been set back between two of them; the audit trail's sequence never is.
    """
    case, disclosed, audit = facts.case, facts.disclosed, facts.audit
    place = {event.detail: event.sequence for event in reversed(audit)}
    # An act on the lesions that brought a mask with it is one event, which names the list.
    place |= {one.mask_revision: place.get(one.id, _LAST) for one in case.lesion_lists if one.mask_revision}
    acts = [(place.get(name, _LAST), at, what, who) for name, at, what, who in _acts(case, disclosed)]
    acts += [
        (event.sequence, event.at, ": ".join(words), disclosed.who_words(event.who))
        for event in audit
        if event.kind is AuditKind.MASK_REFINED and (words := metadata_words(event)) is not None
    ]
    acts.sort(key=lambda act: act[:2])
    imported = (
        disclosed.when(case.image.imported_at),
        _("Image imported"),
        disclosed.who_words(case.image.imported_by),
    )
    rows = [imported, *((disclosed.when(at), what, who) for _, at, what, who in acts)]
    return [
        heading(_("History")),
        Lines((_("When"), _("What"), _("By")), rows, (38 / 176, 92 / 176, 46 / 176)),
    ]


def _acts(case: Case, disclosed: CaseDisclosure) -> list[tuple[str, datetime, str, str]]:
    """Return what was stored about a case, unordered: its id, when, what, and who."""
    return [*_predictions(case), *_of_people(case, disclosed)]


def _predictions(case: Case) -> list[tuple[str, datetime, str, str]]:
    boundaries = [
        (one.id, one.predicted_at, _("Boundary predicted by {name}").format(name=one.model.name), _("model"))
        for one in case.boundaries
    ]
    scores = [
        (
            one.id,
            one.predicted_at,
            _("Score {probability} by {name}").format(
                probability=percent_words(one.probability), name=one.model.name
            ),
            _("model"),
        )
        for one in case.scores
    ]
    return [*boundaries, *scores]


def _of_people(case: Case, disclosed: CaseDisclosure) -> list[tuple[str, datetime, str, str]]:
    revisions = [
        (
            made.id,
            made.created_at,
            _("Mask revision {number}: {revision_words}").format(
                number=made.number, revision_words=revision_words(made)
            ),
            disclosed.who_words(made.author),
        )
        for made in case.revisions
    ]
    outcomes = [
        (
            made.id,
            made.created_at,
            ": ".join(filter(None, (outcome_title(before, made), stored_words(made.diagnosis)))),
            disclosed.who_words(made.author),
        )
        for before, made in zip((None, *case.outcomes), case.outcomes, strict=False)
    ]
    decisions = [
        (
            made.id,
            made.created_at,
            _("Decision: {value}").format(value=stored_words(made.diagnosis) or _("open")),
            disclosed.who_words(made.author),
        )
        for made in case.decisions
    ]
    lesions = [
        (found.id, found.created_at, words, disclosed.who_words(found.author))
        for found, words in lesion_changes(case)
    ]
    readings = [
        (
            made.id,
            made.created_at,
            _("Reading, {form}: {words}").format(form=form_words(made.form), words=reading_words(made)),
            disclosed.who_words(made.author),
        )
        for made in case.readings
    ]
    return [*revisions, *lesions, *decisions, *outcomes, *readings]
