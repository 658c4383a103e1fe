"""Costly results, held until a budget is spent; what was not used for longest is given up first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Result = TypeVar("Result")


class RecentlyUsed(Generic[Result]):
    """Results by key, for several threads; two that ask for one at the same time have it made once."""

    def __init__(self, budget: int, size_of: Callable[[Result], int]) -> None:
        self._budget = budget
        self._size_of = size_of
        self._results: OrderedDict[Hashable, Result] = OrderedDict()
        self._being_made: dict[Hashable, Lock] = {}
        self._lock = Lock()
        self._spent = 0

    @property
    def spent(self) -> int:
        """Return how much of the budget is used, in the unit of ``size_of``."""
        return self._spent

    def get(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Return what is held, else what ``make`` returns; its errors pass, and nothing is held then."""
        with self._lock:
            if key in self._results:
                return self._used(key)
            turn = self._being_made.setdefault(key, Lock())
        with turn:
            with self._lock:
                if key in self._results:
                    return self._used(key)
            try:
                result = make()
                self._hold(key, result)
            finally:
                with self._lock:
                    self._being_made.pop(key, None)
        return result

    def _used(self, key: Hashable) -> Result:
        self._results.move_to_end(key)
        return self._results[key]

    def _hold(self, key: Hashable, result: Result) -> None:
        """Keep a result unless it alone is beyond the budget, and give up others for it."""
        size = self._size_of(result)
        if size > self._budget:
            return
        with self._lock:
            # Made twice after all, when one who waited for a result that failed met one who came later.
            if key in self._results:
                return
            while self._spent + size > self._budget:
                _, oldest = self._results.popitem(last=False)
                self._spent -= self._size_of(oldest)
            self._results[key] = result
            self._spent += size
