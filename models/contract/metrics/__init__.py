"""How well masks and scores agree with the truth: one definition for training, cards and scripts.

``overlap`` and ``boundary`` compare masks, ``ranking`` and ``calibration`` judge scores,
``classes`` judges several classes, ``bootstrap`` puts intervals on any of them. A value that is not
defined for its input (a rate without cases, an area without both classes) is None, never 0.
"""

from models.contract.metrics.bootstrap import (
    Interval,
    bootstrap_interval,
    paired_bootstrap_difference,
)
from models.contract.metrics.boundary import (
    SurfaceDistances,
    assd_px,
    boundary_f1,
    boundary_iou,
    hausdorff_px,
    hd95_px,
    surface_distances,
)
from models.contract.metrics.calibration import (
    CalibrationBin,
    brier,
    calibration_bins,
    ece,
)
from models.contract.metrics.classes import (
    accuracy,
    balanced_accuracy,
    macro_auc,
    macro_f1,
)
from models.contract.metrics.overlap import (
    SegmentationScores,
    dice,
    iou,
    precision,
    segmentation_scores,
    sensitivity,
    specificity,
    threshold_jaccard,
)
from models.contract.metrics.ranking import (
    average_precision,
    pauc_above_tpr80,
    pauc_above_tpr80_by_rank,
    pauc_from_scaled,
    retrieval_sensitivity,
    roc_auc,
    roc_curve,
    sensitivity_at_specificity,
)

__all__ = [
    "CalibrationBin",
    "Interval",
    "SegmentationScores",
    "SurfaceDistances",
    "accuracy",
    "assd_px",
    "average_precision",
    "balanced_accuracy",
    "bootstrap_interval",
    "boundary_f1",
    "boundary_iou",
    "brier",
    "calibration_bins",
    "dice",
    "ece",
    "hausdorff_px",
    "hd95_px",
    "iou",
    "macro_auc",
    "macro_f1",
    "paired_bootstrap_difference",
    "pauc_above_tpr80",
    "pauc_above_tpr80_by_rank",
    "pauc_from_scaled",
    "precision",
    "retrieval_sensitivity",
    "roc_auc",
    "roc_curve",
    "segmentation_scores",
    "sensitivity",
    "sensitivity_at_specificity",
    "specificity",
    "surface_distances",
    "threshold_jaccard",
]
