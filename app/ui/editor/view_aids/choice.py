"""Which view aids a person has switched on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from app.translation import N_


class Channel(Enum):
    """A single channel of an image, shown in grey."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    LIGHTNESS = "lightness"


CHANNEL_WORDS = {
    Channel.RED: N_("Red channel"),
    Channel.GREEN: N_("Green channel"),
    Channel.BLUE: N_("Blue channel"),
    Channel.LIGHTNESS: N_("Lightness"),
}


@dataclass(frozen=True, slots=True)
class ViewAids:
    """What is switched on; by default the image is shown as it was taken."""

    hair_reduced: bool = False
    colour_constant: bool = False
    local_contrast: bool = False
    channel: Channel | None = None
    grid: bool = False

    @property
    def of_pixels(self) -> "ViewAids":
        """Return the aids without the grid, which alone shows every pixel as it is."""
        return replace(self, grid=False)

    @property
    def grid_only(self) -> "ViewAids":
        """Return the aids without those that change how pixels look."""
        return ViewAids(grid=self.grid)

    @property
    def changes_pixels(self) -> bool:
        """Say whether pixels look otherwise than they were taken."""
        return self.of_pixels != AS_TAKEN

    @property
    def words(self) -> tuple[str, ...]:
        """Return what is done to the pixels, in its order; sentences to be translated."""
        switched = [switch.said for switch in AID_SWITCHES if switch.is_on(self.of_pixels)]
        return (*switched, *(() if self.channel is None else (CHANNEL_WORDS[self.channel].lower(),)))


AS_TAKEN = ViewAids()


@dataclass(frozen=True, slots=True)
class AidSwitch:
    """A view aid that is on or off, with all that is shown of it."""

    name: str
    text: str
    """In menus."""
    said: str
    """On the image, while it is on."""
    help: str
    """One sentence without a full stop."""
    shortcut: str
    is_on: Callable[[ViewAids], bool]
    turned: Callable[[ViewAids], ViewAids]
    """Switches it on or off."""


AID_SWITCHES: tuple[AidSwitch, ...] = (
    AidSwitch(
        "hair",
        N_("Hair reduced"),
        N_("hair reduced"),
        N_("Paint long dark threads over with what lies beside them; rulers and dark lines can go with them"),
        "Shift+7",
        lambda aids: aids.hair_reduced,
        lambda aids: replace(aids, hair_reduced=not aids.hair_reduced),
    ),
    AidSwitch(
        "constancy",
        N_("Colour constancy"),
        N_("colour constancy"),
        N_("Take the tint of the lamp and of the camera away"),
        "Shift+8",
        lambda aids: aids.colour_constant,
        lambda aids: replace(aids, colour_constant=not aids.colour_constant),
    ),
    AidSwitch(
        "contrast",
        N_("Local contrast"),
        N_("contrast"),
        N_("Spread the lightness of each part of the image"),
        "Shift+9",
        lambda aids: aids.local_contrast,
        lambda aids: replace(aids, local_contrast=not aids.local_contrast),
    ),
    AidSwitch(
        "grid",
        N_("Grid"),
        N_("grid"),
        N_("Lay a grid over the image, in millimetres where it is calibrated"),
        "Shift+G",
        lambda aids: aids.grid,
        lambda aids: replace(aids, grid=not aids.grid),
    ),
)

NEXT_CHANNEL_KEY = "Shift+0"
AS_TAKEN_KEY = "0"


def with_next_channel(aids: ViewAids) -> ViewAids:
    """Return the aids with the channel after the present one; after the last one comes the colour image."""
    order = (None, *Channel)
    return replace(aids, channel=order[(order.index(aids.channel) + 1) % len(order)])
