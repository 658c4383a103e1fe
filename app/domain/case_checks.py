"""What may be stored of patient, lesion, visit, decision and outcome; every check says what is wrong."""

from datetime import date
from difflib import get_close_matches

from app.domain.anatomic_sites import check_anatomic_site
from app.domain.case_fields import OLDEST_AGE_YEARS, birth_year, diameter_mm, not_permitted
from app.domain.errors import InvalidFieldError
from app.domain.fields import Choice, FieldValue, Record, fields_of
from app.domain.lesion import Lesion, Visit
from app.domain.outcome import LesionOutcome
from app.domain.people.patient import Patient
from app.domain.revision import Decision
from app.domain.vocabulary import Vocabulary
from app.translation import _

_LIMBS = ("upper extremity", "lower extremity", "palms/soles")

_SITES_OF_SPECIAL_SITE = {
    "acral NOS": _LIMBS,
    "nail NOS": _LIMBS,
    "fingernail": ("upper extremity", "palms/soles"),
    "toenail": ("lower extremity", "palms/soles"),
    "acral palms or soles": _LIMBS,
    "oral or genital": ("oral/genital", "head/neck", "anterior torso"),
}


def check_patient(patient: Patient, vocabulary: Vocabulary, *, today: date) -> None:
    """Raise InvalidFieldError when a patient may not be stored like this."""
    if not patient.code.strip():
        raise InvalidFieldError("code", _("A patient needs a patient number or code."))
    _check_choices(patient, vocabulary)
    birth_year(patient.birth_year, today=today)


def check_lesion(lesion: Lesion, vocabulary: Vocabulary) -> None:
    """Raise InvalidFieldError when a lesion may not be stored like this."""
    _check_choices(lesion, vocabulary)
    diameter_mm(lesion.clin_size_long_diam_mm)
    check_site(lesion)
    check_anatomic_site(lesion, vocabulary.anatomic_sites)


def check_site(lesion: Lesion, *, edited: str = "site_special") -> None:
    """Raise InvalidFieldError, at the ``edited`` field, when the special site does not go with the site."""
    fitting = _SITES_OF_SPECIAL_SITE.get(lesion.site_special or "")
    if lesion.site is not None and fitting is not None and lesion.site not in fitting:
        raise InvalidFieldError(
            edited,
            _("“{site_special}” does not go with the site “{site}”.").format(
                site_special=lesion.site_special, site=lesion.site
            ),
        )


def check_visit(visit: Visit, *, today: date) -> None:
    """Raise InvalidFieldError when a visit may not be stored like this."""
    if visit.visited_on > today:
        raise InvalidFieldError("visited_on", _("A visit cannot lie in the future."))
    if visit.age_years is not None and not 0 <= visit.age_years <= OLDEST_AGE_YEARS:
        raise InvalidFieldError("age_years", _("The age lies between 0 and 85; 85 stands for 85 and older."))


def check_birth(patient: Patient, visit: Visit, *, edited: str = "visited_on") -> None:
    """Raise InvalidFieldError, at the ``edited`` field, when a visit lies before the year of birth."""
    if patient.birth_year is not None and visit.visited_on.year < patient.birth_year:
        raise InvalidFieldError(
            edited,
            _("The visit of {visited_on:%d %b %Y} lies before the patient's birth in {birth_year}.").format(
                visited_on=visit.visited_on, birth_year=patient.birth_year
            ),
        )


def check_age(patient: Patient, visit: Visit, *, edited: str = "age_years") -> None:
    """Raise InvalidFieldError, at the ``edited`` field, when age at a visit and year of birth contradict."""
    if patient.birth_year is None or visit.age_years is None:
        return
    reached = min(visit.visited_on.year - patient.birth_year, OLDEST_AGE_YEARS)
    if visit.age_years not in (reached, reached - 1):
        raise InvalidFieldError(
            edited,
            _(
                "Someone born in {birth_year} was not {age_years} years old at the visit of "
                "{visited_on:%d %b %Y}."
            ).format(birth_year=patient.birth_year, age_years=visit.age_years, visited_on=visit.visited_on),
        )


def check_image_kind(image_type: str | None, dermoscopic_type: str | None, vocabulary: Vocabulary) -> None:
    """Raise InvalidFieldError when an image may not be said to be of this kind."""
    _check_exact("image_type", image_type, vocabulary.image_types)
    _check_exact("dermoscopic_type", dermoscopic_type, vocabulary.dermoscopic_types)
    if dermoscopic_type is not None and image_type != "dermoscopic":
        raise InvalidFieldError(
            "dermoscopic_type", _("Only a dermoscopic image has contact and polarisation of the dermoscope.")
        )


def check_decision(decision: Decision, vocabulary: Vocabulary) -> None:
    """Raise InvalidFieldError when a clinician's decision may not be stored like this."""
    if decision.diagnosis is not None and vocabulary.diagnosis(decision.diagnosis) is None:
        raise InvalidFieldError("diagnosis", _unknown_diagnosis(decision.diagnosis, vocabulary))
    _check_exact("diagnosis_confirm_type", decision.diagnosis_confirm_type, vocabulary.confirm_types)
    _check_exact("management", decision.management, vocabulary.managements)
    if decision.diagnosis_confirm_type is not None and decision.diagnosis is None:
        raise InvalidFieldError(
            "diagnosis_confirm_type",
            _("How a diagnosis was confirmed can only be said together with the diagnosis."),
        )
    if not (decision.diagnosis or decision.management or decision.comment.strip()):
        raise InvalidFieldError("diagnosis", _("A decision needs a diagnosis, a management or a comment."))


def check_outcome(outcome: LesionOutcome, visit: Visit, vocabulary: Vocabulary, *, today: date) -> None:
    """Raise InvalidFieldError when what became of a lesion may not be stored like this."""
    if not outcome.diagnosis:
        raise InvalidFieldError("outcome_diagnosis", _("An outcome needs a diagnosis."))
    if vocabulary.diagnosis(outcome.diagnosis) is None:
        raise InvalidFieldError("outcome_diagnosis", _unknown_diagnosis(outcome.diagnosis, vocabulary))
    if outcome.confirm_type is None:
        raise InvalidFieldError("outcome_confirm_type", _("An outcome needs how it was confirmed."))
    _check_exact("outcome_confirm_type", outcome.confirm_type, vocabulary.confirm_types)
    if outcome.known_on > today:
        raise InvalidFieldError("outcome_known_on", _("The day of an outcome cannot lie in the future."))
    if outcome.known_on < visit.visited_on:
        raise InvalidFieldError(
            "outcome_known_on",
            _("The outcome of {known_on:%d %b %Y} lies before the visit of {visited_on:%d %b %Y}.").format(
                known_on=outcome.known_on, visited_on=visit.visited_on
            ),
        )


def _check_choices(record: Record, vocabulary: Vocabulary) -> None:
    for field in fields_of(type(record)):
        if isinstance(field.kind, Choice):
            _check_exact(field.name, field.value_in(record), vocabulary.permitted[field.kind.terms])


def _unknown_diagnosis(wanted: str, vocabulary: Vocabulary) -> str:
    name_by_folded = {known.name.casefold(): known.name for known in vocabulary.diagnoses}
    near = [name_by_folded[found] for found in get_close_matches(wanted.casefold(), name_by_folded)]
    if near:
        return _("“{wanted}” is not in the list of diagnoses; near it are: {near}.").format(
            wanted=wanted, near=" / ".join(near)
        )
    return _(
        "“{wanted}” is not in the list of diagnoses; the page Decision of the window shows them all."
    ).format(wanted=wanted)


def _check_exact(field: str, value: FieldValue, permitted: tuple[str, ...]) -> None:
    if value is not None and value not in permitted:
        raise not_permitted(field, value, permitted)
