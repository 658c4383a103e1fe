from threading import Event, Thread

import pytest

from app.usecases.recently_used import RecentlyUsed


def test_what_is_held_is_not_made_again() -> None:
    made: list[str] = []
    held = RecentlyUsed[str](100, len)
    for _ in range(3):
        assert held.get("key", lambda: made.append("made") or "result") == "result"
    assert made == ["made"]


def test_nothing_is_held_as_well_as_something() -> None:
    made: list[str] = []
    held = RecentlyUsed[None](1, lambda _nothing: 1)
    for _ in range(2):
        held.get("key", lambda: made.append("made"))
    assert made == ["made"]


def test_what_was_not_used_for_longest_is_given_up_for_something_new() -> None:
    held = RecentlyUsed[str](10, len)
    held.get("first", lambda: "1234")
    held.get("second", lambda: "1234")
    held.get("first", lambda: "not made")
    held.get("third", lambda: "1234")
    assert held.spent == 8
    assert held.get("first", lambda: "made again") == "1234"
    assert held.get("second", lambda: "12") == "12"


def test_what_is_beyond_the_budget_is_given_out_but_not_held() -> None:
    held = RecentlyUsed[str](3, len)
    held.get("small", lambda: "12")
    assert held.get("large", lambda: "1234") == "1234"
    assert held.spent == 2
    assert held.get("large", lambda: "5678") == "5678"


def test_what_could_not_be_made_is_tried_again() -> None:
    held = RecentlyUsed[str](10, len)
    with pytest.raises(ZeroDivisionError):
        held.get("key", lambda: str(1 // 0))
    assert held.get("key", lambda: "made") == "made"


def test_two_threads_that_ask_at_the_same_time_have_it_made_once() -> None:
    held, made, begun, go_on = RecentlyUsed[str](10, len), [], Event(), Event()
    results: list[str] = []

    def make() -> str:
        made.append("made")
        begun.set()
        assert go_on.wait(10)
        return "result"

    threads = [Thread(target=lambda: results.append(held.get("key", make))) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    # Something else can be asked for while both wait.
    assert held.get("other", lambda: "other") == "other"
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert (results, made) == (["result", "result"], ["made"])


def test_what_two_threads_made_after_a_third_one_failed_is_paid_for_once() -> None:
    held, begun, fail, waiting, go_on = RecentlyUsed[str](20, len), Event(), Event(), Event(), Event()

    def failing() -> str:
        begun.set()
        assert fail.wait(10)
        return str(1 // 0)

    def slow() -> str:
        waiting.set()
        assert go_on.wait(10)
        return "123456"

    def first() -> None:
        with pytest.raises(ZeroDivisionError):
            held.get("key", failing)

    failed = Thread(target=first)
    failed.start()
    assert begun.wait(10)
    second = Thread(target=lambda: held.get("key", slow))
    second.start()
    # Nothing tells that the second one stands behind the first one; were it late, there would be less to see.
    second.join(0.1)
    fail.set()
    assert waiting.wait(10)
    third = Thread(target=lambda: held.get("key", lambda: "123456"))
    third.start()
    third.join(1)
    go_on.set()
    for thread in (failed, second, third):
        thread.join(10)
    assert held.spent == 6
    # As much as the whole budget: everything is given up for it, and no more is looked for.
    assert held.get("other", lambda: 20 * "1") == 20 * "1"
