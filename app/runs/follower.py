"""Reads what a run tells, from where the last look ended, and says so itself when its process has died."""

from collections.abc import Callable, Iterator
from pathlib import Path

from training.contract.events import TERMINAL_EVENTS, Event, closed, from_line
from training.contract.run_folder import EVENTS_FILE


class RunFollower:
    """Follows one run; each start of it ends with exactly one terminal event.

    Args:
        folder: the run folder.
        is_running: whether the run's process is alive.
        newest_start: where in events.jsonl the events of the newest start begin, in bytes; None when the
            run was never started.
    """

    def __init__(
        self, folder: Path, *, is_running: Callable[[], bool], newest_start: Callable[[], int | None]
    ) -> None:
        self._file = folder / EVENTS_FILE
        self._is_running = is_running
        self._newest_start = newest_start
        self._start: int | None = None
        self._has_ended = False
        self._position = 0

    def new_events(self) -> list[Event]:
        """Return the events since the last call."""
        start = self._newest_start()
        if start != self._start:
            self._start, self._has_ended = start, False
        # Asked before reading: what a process wrote before it died is then read, too.
        is_running = self._is_running()
        events = list(self._read())
        if start is not None and not is_running and not self._has_ended:
            self._has_ended = True
            events += closed([], is_running=False)
        return events

    def _read(self) -> Iterator[Event]:
        for position, line in self._new_lines():
            event = from_line(line)
            if event is None:
                continue  # a crash cut this line off
            if isinstance(event, TERMINAL_EVENTS) and self._start is not None and position >= self._start:
                if self._has_ended:
                    continue
                self._has_ended = True
            yield event

    def _new_lines(self) -> Iterator[tuple[int, str]]:
        """Complete lines with the byte at which each begins; an unfinished one waits for the next call."""
        try:
            with self._file.open("rb") as stream:
                stream.seek(self._position)
                for line in stream:
                    if not line.endswith(b"\n"):
                        return
                    position, self._position = self._position, self._position + len(line)
                    yield position, line.decode("utf-8", errors="replace")
        except FileNotFoundError:
            return
