"""How far a review of boundaries is, and how fast it goes, in words."""

from datetime import timedelta

from app.translation import _, ngettext


def progress_words(reviewed: int, total: int, per_hour: float | None) -> str:
    """Return how far a review is, how fast it goes and how long it will take at that pace."""
    words = _("Image {number} of {total}").format(number=reviewed + 1, total=total)
    if per_hour is None:
        return words
    left = timedelta(hours=(total - reviewed) / per_hour)
    minutes = max(1, round(left / timedelta(minutes=1)))
    time_left = ngettext("{minutes} minute left", "{minutes} minutes left", minutes).format(minutes=minutes)
    pace = _("{per_hour:.0f} an hour").format(per_hour=per_hour)
    return f"{words}  ·  {pace}  ·  {time_left}"
