"""What can go wrong between an image and a model; ``str(error)`` is the sentence the user reads."""


class ContractError(Exception):
    """An expected failure, told in one sentence."""


class NoLesionError(ContractError):
    """The mask holds no lesion, so there is nothing to measure."""

    def __init__(self) -> None:
        super().__init__("The mask is empty, so there is no lesion to measure.")


class UnusableOutputError(ContractError):
    """A network returned values that cannot be shown to anybody."""


class ModelRefusedError(ContractError):
    """A model folder that is not taken into the registry, or not used from it."""
