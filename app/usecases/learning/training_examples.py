"""What a stored case offers to learning: a corrected mask, a confirmed diagnosis, or the reason why not."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.ids import BlobName
from app.domain.revision import Decision, RevisionReason
from app.domain.vocabulary import Diagnosis, Vocabulary
from models.contract.shelf.card import Task

HISTOPATHOLOGY = "histopathology"
DAMAGED = "The file is damaged"
OTHER_LESIONS = "The image shows other lesions beside the one of interest, which would be learned as skin"
"""A boundary is learned from every pixel of the image: the contract of training knows none to ignore."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One case as far as learning is concerned."""

    case: Case
    has_correction: bool
    """A person's word from which this task can learn."""
    reason: str
    """Why it has, or has not, in plain words without a full stop."""
    mask: BlobName | None = None
    mask_revision: int | None = None
    malignant: bool | None = None
    diagnosis: str | None = None
    confirmed_by: str | None = None
    is_unusable: bool = False
    """Not to be taken as an uncorrected image, either."""


def training_example_of(
    case: Case, task: Task, vocabulary: Vocabulary, *, any_confirmation: bool
) -> TrainingExample:
    """Return what ``task`` can learn from a case.

    Outlines are learned from the newest mask revision when it is signed and says more than the prediction.
    Scores are learned from the newest decision when its diagnosis is benign or malignant and confirmed by
    histopathology, or with ``any_confirmation`` in any way that the decision names. Nothing is learned from
    an image whose file is damaged, and no outline from one that shows other lesions, drawn or not.
    """
    if case.image.is_damaged:
        return TrainingExample(case, has_correction=False, reason=DAMAGED)
    if task == "segmentation" and case.lesions.others:
        return TrainingExample(case, has_correction=False, reason=OTHER_LESIONS, is_unusable=True)
    if task == "segmentation":
        return _boundary_example(case, vocabulary)
    return _score_example(case, vocabulary, any_confirmation=any_confirmation)


def has_malignant_decision(case: Case, vocabulary: Vocabulary) -> bool:
    """Say whether the newest decision names a malignant lesion, however it was confirmed."""
    return case.decision is not None and _is_malignant(case.decision, vocabulary) is True


def _boundary_example(case: Case, vocabulary: Vocabulary) -> TrainingExample:
    revision = case.revision
    if revision is None:
        return TrainingExample(
            case, has_correction=False, reason="The boundary was neither corrected nor confirmed"
        )
    if revision.reason is RevisionReason.RESET:
        return TrainingExample(
            case, has_correction=False, reason="The newest mask only goes back to the prediction"
        )
    if not revision.is_signed:
        return TrainingExample(case, has_correction=False, reason="The newest mask is not signed")
    known = _known(case.decision, vocabulary)
    return TrainingExample(
        case,
        has_correction=True,
        reason="The boundary was confirmed"
        if revision.reason is RevisionReason.CONFIRMED
        else "The boundary was corrected",
        mask=revision.mask,
        mask_revision=revision.number,
        malignant=None if case.decision is None else _is_malignant(case.decision, vocabulary),
        diagnosis=None if known is None else _training_word(known),
        confirmed_by=None if case.decision is None else _confirmation(case.decision, vocabulary),
    )


def _score_example(case: Case, vocabulary: Vocabulary, *, any_confirmation: bool) -> TrainingExample:
    decision = case.decision
    known = _known(decision, vocabulary)
    if decision is None or known is None:
        return TrainingExample(case, has_correction=False, reason="There is no decision with a diagnosis")
    malignant = _is_malignant(decision, vocabulary)
    if malignant is None:
        return TrainingExample(
            case, has_correction=False, reason="The decided diagnosis is neither benign nor malignant"
        )
    confirmed_by = _confirmation(decision, vocabulary)
    if confirmed_by is None:
        return TrainingExample(
            case, has_correction=False, reason="The decision does not say how the diagnosis was confirmed"
        )
    if confirmed_by != HISTOPATHOLOGY and not any_confirmation:
        return TrainingExample(
            case, has_correction=False, reason="The diagnosis was not confirmed by histopathology"
        )
    return TrainingExample(
        case,
        has_correction=True,
        reason=f"The diagnosis was confirmed: {confirmed_by}",
        mask=case.mask,
        mask_revision=case.revision.number if case.revision is not None and case.is_corrected else None,
        malignant=malignant,
        diagnosis=_training_word(known),
        confirmed_by=confirmed_by,
    )


def _known(decision: Decision | None, vocabulary: Vocabulary) -> Diagnosis | None:
    return vocabulary.diagnosis(decision.diagnosis) if decision and decision.diagnosis else None


def _is_malignant(decision: Decision, vocabulary: Vocabulary) -> bool | None:
    return {"malignant": True, "benign": False}.get(vocabulary.benign_malignant(decision.diagnosis) or "")


def _confirmation(decision: Decision, vocabulary: Vocabulary) -> str | None:
    """Only a term of the vocabulary is told, because other text may name somebody."""
    found = decision.diagnosis_confirm_type
    return found if found in vocabulary.confirm_types else None


def _training_word(diagnosis: Diagnosis) -> str:
    """The word that training knows, or the vocabulary's own in lower case."""
    name = diagnosis.name.casefold()
    if diagnosis.is_melanoma:
        return "melanoma"
    return next((word for word in ("nevus", "seborrheic keratosis") if name.startswith(word)), name)
