"""What a person can set for a tool: the one place that knows its name, its bounds and what it starts with."""

import math
from dataclasses import dataclass

from app.translation import N_

SLIDER_STEPS = 200


@dataclass(frozen=True, slots=True)
class ToolOption:
    """A number that tools share by its name; the bar of tools shows it while one of them is in hand."""

    name: str
    text: str
    """In front of its slider."""
    help: str
    """What the number means, for its tool tip and for screen readers."""
    smallest: int
    largest: int
    first: int
    unit: str = ""
    is_ratio_scale: bool = False
    """Equal steps of the slider are equal ratios, not equal differences."""

    def bounded(self, value: float) -> float:
        """Return the value next to ``value`` that can be set."""
        return min(max(value, float(self.smallest)), float(self.largest))

    def value_at(self, step: int) -> float:
        """Return the value of a step of the slider, 0 to ``SLIDER_STEPS``."""
        share = step / SLIDER_STEPS
        if self.is_ratio_scale:
            return float(self.smallest * (self.largest / self.smallest) ** share)
        return self.smallest + (self.largest - self.smallest) * share

    def step_at(self, value: float) -> int:
        """Return the step of the slider next to a value."""
        inside = self.bounded(value)
        if self.is_ratio_scale:
            share = math.log(inside / self.smallest) / math.log(self.largest / self.smallest)
        else:
            share = (inside - self.smallest) / (self.largest - self.smallest)
        return round(SLIDER_STEPS * share)


BRUSH_SIZE = ToolOption(
    "brush_size",
    N_("Brush"),
    N_("Diameter of the brush on the screen; it stays as large while you zoom"),
    smallest=1,
    largest=1000,
    first=40,
    unit=" px",
    is_ratio_scale=True,
)
"""In logical pixels of the view. A tool with it stamps: its circle is drawn under the pointer."""
