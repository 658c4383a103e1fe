"""How patients, lesions, visits and images are put into words, in the tree and in lists of lesions."""

from datetime import date

from app.domain.anatomic_sites import short_site_words
from app.domain.lesion import Lesion
from app.domain.patient_tree import ImageLine, LesionLine, PatientLine, VisitLine
from app.text.bands import band_words
from app.text.image_kind import kind_words
from app.text.scores import lesion_words
from app.text.work_list import line_tip, score_words, spoken_line
from app.translation import _, day_text, ngettext

_JOINT = "  ·  "


def day_words(day: date) -> str:
    """Return a day of the calendar."""
    return day_text(day)


def patient_words(line: PatientLine) -> str:
    """Return what is known of a patient beside number and name, and how much there is."""
    lesions = ngettext("{count} lesion", "{count} lesions", line.lesion_count)
    known = [line.sex or "", str(line.birth_year or ""), lesions.format(count=line.lesion_count)]
    return _JOINT.join(part for part in (*known, images_words(line.image_count)) if part)


def images_words(count: int) -> str:
    """Return how many images there are."""
    return ngettext("{count} image", "{count} images", count).format(count=count)


def lesion_name(lesion: Lesion, number: int) -> str:
    """Return a lesion's label, else its number among those of the patient."""
    return lesion.label or _("Lesion {number}").format(number=number)


def lesion_title(lesion: Lesion, number: int) -> str:
    """Return a lesion's label, else its number among those of the patient, with its site."""
    named = lesion_name(lesion, number)
    site = short_site_words(lesion)
    return f"{named}{_JOINT}{site}" if site else named


def lesion_line_words(line: LesionLine) -> str:
    """Return how often a lesion was photographed, and its score at the newest visit."""
    visits = visits_words(len(line.visits))
    score = line.lesion_score
    said = (
        _("Lesion {score_words}").format(score_words=score_words(score.probability))
        if score is not None
        else score_words(line.probability)
    )
    return _JOINT.join(part for part in (visits, images_words(len(line.images)), said) if part)


def visits_words(count: int) -> str:
    """Return how many visits there are."""
    return ngettext("{count} visit", "{count} visits", count).format(count=count)


def visit_words(line: VisitLine) -> str:
    """Return how many images there are of a visit, and the lesion's score then."""
    score = line.lesion_score
    said = ""
    if score is not None:
        said = _("Lesion {score_words}").format(score_words=score_words(score.probability))
    return _JOINT.join(part for part in (images_words(len(line.images)), said) if part)


def image_words(line: ImageLine) -> str:
    """Return the score of an image or why it has none, and its kind."""
    said = score_words(line.case.probability) or line.case.no_score_words
    return _JOINT.join(part for part in (said, kind_words(line.image_type, line.dermoscopic_type)) if part)


def tree_tip(line: PatientLine | LesionLine | VisitLine | ImageLine) -> str:
    """Return what is to be known of a line beyond its words; may be empty."""
    match line:
        case LesionLine():
            return lesion_tip(line)
        case ImageLine():
            return line_tip(line.case)
        case VisitLine() if line.lesion_score is not None:
            return lesion_words(line.lesion_score)
        case _:
            return ""


def lesion_tip(line: LesionLine) -> str:
    """Return a lesion's score with its range and day, and that its visits came in another order."""
    said = []
    if line.lesion_score is not None:
        day = day_words(line.visits[-1].visited_on)
        said.append(f"{lesion_words(line.lesion_score)}, {day}.")
    if line.is_imported_out_of_order:
        said.append(_("The visits stand in the order of their days, in which they were not imported."))
    return "\n".join(said)


def spoken_tree_line(line: PatientLine | LesionLine | VisitLine | ImageLine) -> str:
    """Return a line of the tree as a screen reader says it."""
    match line:
        case PatientLine():
            band = band_words(line.band) if line.band is not None else ""
            parts = [_("Patient {patient_code}").format(patient_code=line.code), line.name]
            parts += [patient_words(line), band]
        case LesionLine():
            parts = [lesion_title(line.lesion, line.number), lesion_line_words(line)]
            parts.append(band_words(line.band) if line.band is not None else "")
        case VisitLine():
            parts = [_("Visit of {day}").format(day=day_words(line.visited_on)), visit_words(line)]
        case ImageLine():
            parts = [spoken_line(line.case), kind_words(line.image_type, line.dermoscopic_type)]
    return ", ".join(part.replace(_JOINT, ", ") for part in parts if part)
