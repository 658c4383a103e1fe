"""What everyone must know about the overlays that explain an answer."""

from typing import Final

SIGNED_OVERLAYS: Final = frozenset({"gradient_x_input", "class_activation", "occlusion"})
"""Overlays in [-1, 1], where negative speaks against malignancy; all others lie in [0, 1]."""
