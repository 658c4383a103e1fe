"""A number with its unit and how it was calibrated."""

from dataclasses import dataclass

from app.domain.figures import unbroken


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured quantity of a lesion, ready to be shown."""

    name: str
    """The words on the screen, for example 'Longest diameter'."""
    value: float
    unit: str
    """'px', 'px²', 'mm', 'mm²', '' for a ratio, 'L*' for lightness, 'L*a*b*' for distances of colours."""
    digits: int = 1

    def __str__(self) -> str:
        """Return the value with its unit."""
        text = f"{self.value:,.{self.digits}f}"
        return unbroken(f"{text} {self.unit}") if self.unit else text
