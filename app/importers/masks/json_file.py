"""JSON files of annotation programs, read without surprises."""

import json
from pathlib import Path
from typing import TypeAlias, cast

from app.domain.errors import UnreadableFileError
from app.translation import _

JsonObject: TypeAlias = dict[str, object]

_MOST_BYTES = 500_000_000


def json_object(path: Path) -> JsonObject:
    """Return the object in a JSON file; raises UnreadableFileError with the sentence to show."""
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFileError(_("The JSON file is too large (above 500 MB); divide it."))
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError:
        raise UnreadableFileError(_("The JSON file is nested too deeply.")) from None
    except ValueError as error:
        place = (
            _(" (line {lineno})").format(lineno=error.lineno)
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        raise UnreadableFileError(
            _("The file is no JSON that can be read{place}.").format(place=place)
        ) from None
    if not isinstance(found, dict):
        raise UnreadableFileError(_("The JSON file holds no object, so it is no file of outlines."))
    return found


def objects_in(document: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects of a list; raises UnreadableFileError where there is no such list."""
    found = document.get(name)
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise UnreadableFileError(
            _("The part “{name}” of the JSON file is no list of objects.").format(name=name)
        )
    return cast("list[JsonObject]", found)


def text_in(entry: JsonObject, name: str, default: str = "") -> str:
    """Return a text of an object, ``default`` where there is none."""
    found = entry.get(name)
    return found if isinstance(found, str) else default


def size_in(entry: JsonObject, height: str, width: str) -> tuple[int, int] | None:
    """Return (height, width) in pixels, None where an object does not say."""
    rows, columns = entry.get(height), entry.get(width)
    if isinstance(rows, int) and isinstance(columns, int) and rows > 0 and columns > 0:
        return rows, columns
    return None
