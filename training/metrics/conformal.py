"""Split-conformal quantiles for a card, one for each label (Vovk 2012, Mondrian conformal prediction)."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.contract.shelf.card import Conformal
from models.contract.uncertainty.probability import conformal_quantile

_ERROR_RATE = 0.1


def conformal_of(nonconformity_by_label: Mapping[str, NDArray[np.floating]]) -> Conformal:
    """The quantiles at 90 % from 1 - p(label) of the held-out cases (n,) of each label."""
    return Conformal(
        error_rate=_ERROR_RATE,
        quantile_by_label={
            label: conformal_quantile(scores, _ERROR_RATE) for label, scores in nonconformity_by_label.items()
        },
        n_by_label={label: len(scores) for label, scores in nonconformity_by_label.items()},
    )
