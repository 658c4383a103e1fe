"""How a network is taught the answers of another one beside what experts say."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from models.contract.shelf.card import ModelTask, read_card
from training.contract.data_set import DataSetError

SOFT_TARGET_WEIGHT = 0.5
SOFT_TARGET_TEMPERATURE = 2.0


class Distillation(BaseModel):
    """The teacher of a run and what its answers count (Hinton, Vinyals and Dean, arXiv 1503.02531)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    teacher: Path
    """Model folder."""
    teacher_reference: str
    """Its name and version, as they stand on its card."""
    teacher_weights_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the weights that the run was planned with; no other teacher will do."""
    height_px: int = Field(ge=16)
    """Height and width that the teacher reads: training images are varied at this size."""
    width_px: int = Field(ge=16)
    weight: float = Field(default=SOFT_TARGET_WEIGHT, gt=0, le=1)
    """Share of the teacher's answers in the loss of an image that an expert has answered, too."""
    temperature: float = Field(default=SOFT_TARGET_TEMPERATURE, gt=0)
    """Both networks' logits are divided by it before they are compared."""

    @staticmethod
    def by(folder: Path, task: ModelTask, *, weight: float, temperature: float) -> "Distillation":
        """What the model in ``folder`` teaches a network of the same ``task``.

        Raises:
            ContractError: its card cannot be read.
            DataSetError: it has another task.
        """
        card = read_card(folder)
        if card.task != task:
            raise DataSetError(f"{card.reference} cannot teach this network: it has another task.")
        return Distillation(
            teacher=folder,
            teacher_reference=card.reference,
            teacher_weights_sha256=card.weights_sha256,
            height_px=card.input.height_px,
            width_px=card.input.width_px,
            weight=weight,
            temperature=temperature,
        )
