"""The sentences of a model card that follow from the task, the data and the plan."""

from models.contract.card import Task
from training.contract.plan import TrainingPlan

LICENCE = "MIT"

INTENDED_USE = (
    "Research and teaching on dermoscopic images of single pigmented lesions. Not a medical device: "
    "the output is no diagnosis and must not be the reason to treat or not to treat anybody."
)

_SHARED_LIMITS = (
    "Trained on about 2,100 dermoscopic images, mostly of light skin; darker skin types, other body "
    "sites (nails, mucosa) and children are hardly represented.",
    "Images were at most 512 px long and come from few clinics and devices; other optics, clinical "
    "photographs and total-body images are outside what it has seen.",
)

_SEGMENTER_LIMITS = (
    "Expert masks of these data differ among each other by as much as the model differs from them; "
    "some cover the whole frame or cut the lesion at the frame.",
    "Draws one region per image; several lesions in one image are not told apart.",
)

_CLASSIFIER_LIMITS = (
    "Knows three diagnoses only: melanoma, nevus and seborrheic keratosis. Basal cell carcinoma, "
    "squamous cell carcinoma and every other lesion are unknown to it.",
    "About one lesion in five of these data is a melanoma, far more than in practice; probabilities "
    "are calibrated to that share.",
    "In these data missing age, sex or site is itself a hint at the diagnosis; compare the figures "
    "with and without metadata before relying on them.",
    "Validation counts 29 and the test images 58 melanomas: intervals are wide.",
)


def limits_of(task: Task) -> tuple[str, ...]:
    """What a reader of the card must know before using the model."""
    own = _SEGMENTER_LIMITS if task == "segmentation" else _CLASSIFIER_LIMITS
    return (*own, *_SHARED_LIMITS)


def split_in_words(plan: TrainingPlan) -> str:
    """How training and validation images were kept apart."""
    groups = "images of one lesion (duplicate_group) never on both sides"
    if plan.fold is None:
        return f"trained on train and train_extra, chosen on val, test untouched until the end; {groups}"
    return f"fold {plan.fold} of {plan.folds} of the training images held out; {groups}"
