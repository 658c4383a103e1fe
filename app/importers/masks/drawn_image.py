"""What another program drew on one image, before it is known which stored case the image is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.domain.errors import InvalidFieldError
from app.importers.masks.shapes import Shape, checked_size
from app.translation import _
from models.contract.arrays import BoolMask

Size = tuple[int, int]
"""(height, width) in pixels."""


@dataclass(frozen=True)
class DrawnInstance:
    """Shapes that are one lesion: an entry of the file, or the entries of a group."""

    label: str
    shapes: tuple[Shape, ...]
    is_of_interest: bool
    """The file says so; False where it says nothing."""


@dataclass(frozen=True)
class DrawnImage:
    """The shapes on one image by their labels."""

    image_name: str
    """The image file as the program names it."""
    size_px: Size | None
    """What the program says of the image's size; None when it does not say."""
    shapes_by_label: Mapping[str, tuple[Shape, ...]]
    instances: tuple[DrawnInstance, ...] = ()
    """The same shapes, as the file puts them together."""

    def instance_masks(
        self, size_px: Size, label: str | None = None
    ) -> tuple[tuple[DrawnInstance, BoolMask], ...]:
        """Draw each instance that marks anything by itself, (H, W) bool; those of one label if it is named.

        Raises:
            InvalidFieldError: none has the label, or a shape reaches beyond the image.
        """
        if label is not None:
            self.chosen_shapes(label)
        named = None if label is None else label.casefold()
        wanted = [one for one in self.instances if named in (None, one.label.casefold())]
        drawn = ((one, self._drawn(one.shapes, size_px)) for one in wanted)
        return tuple((one, mask) for one, mask in drawn if mask.any())

    def chosen_shapes(self, label: str | None) -> tuple[Shape, ...]:
        """Return the shapes of a label.

        Args:
            label: the lesion's; None where all shapes have one label.

        Raises:
            InvalidFieldError: there are none of the label, or several labels and none was named.
        """
        if label is None and len(self.shapes_by_label) == 1:
            return next(iter(self.shapes_by_label.values()))
        named = ", ".join(self.shapes_by_label)
        if label is None:
            raise InvalidFieldError(
                "label",
                _("The image has shapes with several labels ({named}); say which one is the lesion.").format(
                    named=named
                ),
            )
        wanted = [name for name in self.shapes_by_label if name.casefold() == label.casefold()]
        if not wanted:
            raise InvalidFieldError(
                "label",
                _("The image has no shape with the label {label}, but {named}.").format(
                    label=label, named=named
                ),
            )
        return tuple(shape for name in wanted for shape in self.shapes_by_label[name])

    def mask_at(self, size_px: Size, label: str | None = None) -> BoolMask:
        """Draw the shapes at a size.

        Args:
            size_px: (height, width) of the mask.
            label: the lesion's.

        Returns:
            (H, W) bool, True inside any of the shapes.

        Raises:
            InvalidFieldError: the label is not clear, or a shape reaches beyond the image.
        """
        return self._drawn(self.chosen_shapes(label), size_px)

    def _drawn(self, shapes: Sequence[Shape], size_px: Size) -> BoolMask:
        drawn_px = self.size_px or size_px
        mask = np.zeros(size_px, dtype=np.bool_)
        for shape in shapes:
            mask |= shape.drawn(drawn_px, size_px)
        return mask


@dataclass(frozen=True)
class OutlineRefusal:
    """An image whose shapes cannot be used, and why."""

    image_name: str
    sentence: str


@dataclass(frozen=True)
class DrawnImages:
    """Everything in one file."""

    images: tuple[DrawnImage, ...]
    refused: tuple[OutlineRefusal, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences about what was left out."""


@dataclass
class DrawnImagesDraft:
    """A file on its way: images by name, with what is refused or left out."""

    sizes: dict[str, Size | None] = field(default_factory=dict)
    shapes: dict[str, dict[str, list[Shape]]] = field(default_factory=dict)
    instances: dict[str, dict[object, DrawnInstance]] = field(default_factory=dict)
    """Of each image by the group, or by the place in the file of an entry without one."""
    refused: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def image(self, name: str, size_px: Size | None) -> None:
        """Note an image; one of an impossible size is refused."""
        self.sizes[name] = size_px
        try:
            if size_px is not None:
                checked_size(size_px)
        except InvalidFieldError as error:
            self.refuse(name, str(error))
        self.shapes.setdefault(name, {})

    def add(
        self,
        name: str,
        label: str,
        shapes: Sequence[Shape],
        *,
        group: object = None,
        is_of_interest: bool = False,
    ) -> None:
        """Note shapes on an image; entries of one label and ``group`` are one lesion, others apart."""
        self.shapes.setdefault(name, {}).setdefault(label, []).extend(shapes)
        found = self.instances.setdefault(name, {})
        key = (label, str(group)) if group is not None else len(found)
        before = found.get(key, DrawnInstance(label, (), is_of_interest=False))
        says_so = is_of_interest or before.is_of_interest
        found[key] = DrawnInstance(label, (*before.shapes, *shapes), says_so)

    def refuse(self, name: str, sentence: str) -> None:
        """Give an image up: half of what was drawn on it is no boundary."""
        self.refused.setdefault(name, sentence)

    def leave_out(self, what: str) -> None:
        """Count a shape that is no outline."""
        self.left_out[what] = self.left_out.get(what, 0) + 1

    def finished(self) -> DrawnImages:
        """Return what can be used."""
        images = tuple(
            DrawnImage(
                name,
                self.sizes.get(name),
                {label: tuple(found) for label, found in by_label.items()},
                tuple(self.instances.get(name, {}).values()),
            )
            for name, by_label in self.shapes.items()
            if by_label and name not in self.refused
        )
        notes = tuple(
            _("{count} {what} {value} no outline and left out.").format(
                count=count, what=what, value="is" if count == 1 else "are"
            )
            for what, count in self.left_out.items()
        )
        refused = tuple(OutlineRefusal(name, sentence) for name, sentence in self.refused.items())
        return DrawnImages(images, refused, notes)
