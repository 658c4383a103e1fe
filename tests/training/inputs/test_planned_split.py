"""The handful of images of a quick test."""

from pathlib import Path

from training.contract.data_set import Sample
from training.inputs.planned_split import few


def outlined(name: str, *, malignant: bool, by: str | None) -> Sample:
    """An image whose boundary was drawn by an expert, by a model, or by nobody."""
    mask = None if by is None else Path("mask.png")
    return Sample(
        name, "train", Path("i.png"), mask, None, malignant, None, None, None, name, None, (None,) * 5,
        is_mask_predicted=by == "model",
    )  # fmt: skip


def test_a_handful_takes_images_that_an_expert_outlined_first() -> None:
    samples = tuple(
        outlined(f"{by} {malignant}", malignant=malignant, by=by)
        for by in (None, "model", "expert")
        for malignant in (True, False)
    )

    assert {sample.image_id for sample in few(samples, 2)} == {"expert True", "expert False"}
