"""The head of a report: the clinic, the title, and whom and what it is about."""

from dataclasses import fields

from app.domain.anatomic_sites import lesion_site_words
from app.domain.fields import FIELDS
from app.exporters.report.content import (
    Columns,
    DrawnImage,
    Gap,
    LetterNote,
    Pairs,
    Part,
    PlacedImage,
    Words,
    WordStyle,
)
from app.exporters.report.facts import ReportFacts
from app.text.stored_sentences import stored_words
from app.translation import _, day_text
from app.usecases.exports.report_layout import Letterhead

_LOGO_HEIGHT_MM, _LOGO_WIDTH_MM = 18.0, 60.0


def letterhead(shown: Letterhead) -> list[Part]:
    """Return logo, name and address of the clinic; nothing where none was entered."""
    named: list[Part] = [Words(shown.name, WordStyle.CLINIC)] if shown.name else []
    named += [Words(line, WordStyle.SMALL) for line in shown.address_lines]
    if shown.logo is None:
        return [*named, Gap(5)] if named else []
    drawn = DrawnImage(shown.logo.png, shown.logo.width_px, shown.logo.height_px, _("Logo of the clinic"))
    logo = PlacedImage(
        drawn,
        _LOGO_HEIGHT_MM,
        _LOGO_WIDTH_MM,
        is_captioned=False,
    )
    return [Columns([[logo], named], (0.36, 0.64)), Gap(3)]


def title(facts: ReportFacts) -> list[Part]:
    """Return the report's title with whom and what it is about."""
    case, disclosed = facts.case, facts.disclosed
    name, label = (disclosed.text(column) for column in ("patient_name", "lesion_label"))
    special = _(case.lesion.site_special) if case.lesion.site_special else ""
    site = ", ".join(filter(None, (lesion_site_words(case.lesion), special)))
    pairs = [
        (_("Patient"), disclosed.patient_code),
        (_("Name"), name if not disclosed.is_deidentified else _("left out (de-identified)")),
        (
            _("Sex, age"),
            ", ".join(filter(None, (stored_words(case.patient.sex), disclosed.age_words))) or None,
        ),
        (_("Lesion"), label or (disclosed.lesion_code if disclosed.is_deidentified else None)),
        (_("Site"), site or None),
        (
            _("Visit"),
            _("date left out") if disclosed.is_deidentified else day_text(case.visit.visited_on),
        ),
        *facts.letterhead.fields,
    ]
    table = Pairs(pairs, columns=2, label_share=0.3)
    return [
        Words(_("Dermoscopy report"), WordStyle.TITLE),
        Gap(5),
        table,
        LetterNote(_entered(facts)),
        Gap(6),
    ]


def _entered(facts: ReportFacts) -> list[str]:
    """Return every text that somebody entered and the report may show."""
    case, disclosed, shown = facts.case, facts.disclosed, facts.letterhead
    revisers = (revision.author for revision in case.revisions)
    deciders = (decision.author for decision in case.decisions)
    finders = (outcome.author for outcome in case.outcomes)
    staff = (case.image.imported_by, *revisers, *deciders, *finders)
    staff = (*staff, *(reading.author for reading in case.readings))
    entered = (
        *(getattr(disclosed, part.name) for part in fields(disclosed)),
        *(disclosed.text(field.column) for field in FIELDS if field.is_entered),
        *(disclosed.who_words(name) for name in staff),
        *(shown.name, *shown.address_lines),
        *(text for pair in shown.fields for text in pair),
    )
    return [text for text in entered if isinstance(text, str)]
