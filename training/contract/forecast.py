"""What a run is going to cost on this machine, measured by its first steps."""

from pydantic import BaseModel, ConfigDict


class Forecast(BaseModel):
    """Time and memory of a whole run."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    seconds_per_step: float
    """At the size of the last stage."""
    seconds: float
    """All steps and measurements; without publishing and the exam."""
    memory_bytes: int | None
    """The most that was needed, on the device that computes; None where nobody knows."""
    device: str
    note: str = ""
    """What a person should know beside it, in sentences."""
