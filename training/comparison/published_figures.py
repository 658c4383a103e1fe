"""Figures that papers and repositories have published, to be read beside measured ones, never among them.

Every line was taken on other images, splits and machines than a comparison made here. ``checked`` says
whether the figure was read in the paper, its repository or its result tables, in somebody else's report, or
only recalled (within about 0.1, and to be verified before it is quoted).
"""

from dataclasses import dataclass
from typing import Literal

from models.contract.shelf.card import Task


@dataclass(frozen=True)
class Published:
    """One line of somebody's table."""

    method: str
    task: Task
    cost: str
    """Parameters and, as published, "FLOPs": mostly multiply-adds, mostly without scans."""
    accuracy: str
    measured_on: str
    checked: Literal["read", "second hand", "recalled"]
    caveat: str = ""


_DERMOMAMBA = "ISIC 2018, random split of the training images (2074/520), 192x256"
_DERMOMAMBA_CAVEAT = "soft Dice; the 520 images also chose the checkpoint"
_RANDOM = "ISIC 2018, random split 7:3 (1815/779), 256x256"
_OFFICIAL = "ISIC 2018, official test (1000)"
_SLICE = "ISIC 2024 (SLICE-3D), pAUC above 80 % sensitivity, at most 0.20"
_DERMAMNIST = "DermaMNIST, 7 classes (7007/1003/2005)"
_IMAGENET = "ImageNet-1K, 224x224: ordinary photographs"

PUBLISHED: tuple[Published, ...] = (
    Published(
        "DermoMamba", "segmentation", "4.95 M, 0.97 G", "Dice 90.91, IoU 84.49", _DERMOMAMBA, "read",
        "the 0.97 G leave out 61 convolutions and all scans (3.78 G MACs and 1.33 G of scans were counted); "
        "not significantly better than AC-MambaSeg, CellFormer or SegFormer by its own tests; "
        + _DERMOMAMBA_CAVEAT,
    ),
    Published("U-Net", "segmentation", "31.04 M, 34.59 G", "Dice 88.42, IoU 80.89", _DERMOMAMBA, "read",
              "a larger U-Net than ours; " + _DERMOMAMBA_CAVEAT),
    Published("AC-MambaSeg", "segmentation", "7.99 M, 2.09 G", "Dice 90.36, IoU 83.78", _DERMOMAMBA, "read",
              _DERMOMAMBA_CAVEAT),
    Published("CellFormer", "segmentation", "39.25 M, 16.01 G", "Dice 90.63, IoU 84.06", _DERMOMAMBA, "read",
              _DERMOMAMBA_CAVEAT),
    Published("SegFormer", "segmentation", "13.70 M, 2.57 G", "Dice 89.70, IoU 82.84", _DERMOMAMBA, "read",
              _DERMOMAMBA_CAVEAT),
    Published("Swin-Unet", "segmentation", "27.17 M, 6.00 G", "Dice 86.60, IoU 79.02", _DERMOMAMBA, "read",
              _DERMOMAMBA_CAVEAT),
    Published("VM-UNet", "segmentation", "27.43 M, 4.11 G", "Dice 89.71, IoU 81.35", _RANDOM, "recalled"),
    Published("VM-UNet v2", "segmentation", "22.77 M, 4.40 G", "Dice 89.73, IoU 81.37", _RANDOM, "recalled"),
    Published("EGE-UNet", "segmentation", "0.053 M, 0.072 G", "Dice 89.46, IoU 80.94", _RANDOM, "recalled"),
    Published("UltraLight VM-UNet", "segmentation", "0.049 M, 0.060 G", "Dice 89.40", _RANDOM, "recalled"),
    Published("challenge winner 2018", "segmentation", "ensemble", "Dice 89.8, IoU 83.8", _OFFICIAL,
              "recalled"),
    Published("DeepLabV3-ResNet50", "segmentation", "not stated", "Dice 87.82, IoU 79.91", _OFFICIAL, "read",
              "an independent run at 320x320"),
    Published("AViT, public checkpoint", "segmentation", "not stated", "Dice 88.06, IoU 80.92", _OFFICIAL,
              "second hand", "independent re-runs lie 2 to 4 points below tables of random splits"),
    Published("VM-UNet trained on ISIC 2017", "segmentation", "not stated", "Dice 86.94, IoU 79.83",
              _OFFICIAL, "second hand"),
    Published("three experts, pairwise", "segmentation", "-", "Jaccard 0.786 (Dice about 0.880)",
              "100 ISIC images", "recalled", "what people agree on; more than that is one annotator's style"),
    Published("MedMamba-T", "classification", "15.2 M", "AUC 0.917, accuracy 77.9", _DERMAMNIST, "read",
              "the parameters are those of a head for 1000 classes; 14.5 M with 7"),
    Published("MedMamba-B", "classification", "48.1 M", "AUC 0.925, accuracy 75.7", _DERMAMNIST,
              "second hand"),
    Published("MedViT-S", "classification", "23.6 M", "AUC 0.937, accuracy 78.0", _DERMAMNIST, "second hand"),
    Published("ResNet-18 at 224", "classification", "11.2 M", "AUC 0.920, accuracy 75.4", _DERMAMNIST,
              "recalled"),
    Published("first place ISIC 2024", "classification", "ensemble", "pAUC 0.17264", _SLICE, "second hand",
              "private test; images and metadata, external and synthetic data"),
    Published("bagged trees on metadata alone", "classification", "-", "pAUC 0.1689", _SLICE, "read",
              "out of fold"),
    Published("ConvNeXtV2-nano", "classification", "14.98 M, 2.46 G", "pAUC 0.1582", _SLICE, "read",
              "out of fold; image only"),
    Published("MambaDerm", "classification", "31 M and 12 M claimed", "none published", "-", "read",
              "its code never had the parameter counts that its page claims"),
    Published("best single score, ISIC 2017", "classification", "not stated", "melanoma AUC 0.874",
              "ISIC 2017, official test (600)", "recalled"),
    Published("MambaVision-T", "classification", "31.8 M, 4.4 G", "top-1 82.3", _IMAGENET, "read",
              "the FLOPs are MACs without attention products and scans"),
    Published("MambaVision-S", "classification", "50.1 M, 7.5 G", "top-1 83.3", _IMAGENET, "read"),
    Published("MambaVision-B", "classification", "97.7 M, 15.0 G", "top-1 84.2", _IMAGENET, "read"),
    Published("eight dermatologists", "classification", "-", "sensitivity 82 %, specificity 59 %, AUC 0.71",
              "100 images of ISIC 2016", "read"),
)  # fmt: skip

HEADING = (
    "Published figures (Dice, IoU, accuracy, top-1 in percent): other images, splits and machines; "
    "not comparable with the table above."
)


def published(task: Task) -> tuple[Published, ...]:
    """The lines of one task."""
    return tuple(line for line in PUBLISHED if line.task == task)
