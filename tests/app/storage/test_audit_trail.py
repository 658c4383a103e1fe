from app.storage.store import CaseStore
from tests.builders import store_image


def test_audit_events_are_numbered_in_their_order(store: CaseStore) -> None:
    with store.writing() as work:
        for what in ("image imported", "mask corrected", "case exported"):
            work.audit.append("Dr Test", what, "image 1", weights_sha256="a" * 64)
        work.audit.append("Dr Test", "image imported", "image 2")
        work.commit()
    with store.reading() as work:
        events = work.audit.events("image 1")
        newest = work.audit.events(limit=2)
    assert [event.kind for event in events] == ["image imported", "mask corrected", "case exported"]
    assert [event.sequence for event in events] == sorted(event.sequence for event in events)
    assert [event.subject for event in newest] == ["image 1", "image 2"]
    assert events[0].weights_sha256 == "a" * 64


def test_an_audit_event_vanishes_with_its_rolled_back_act(store: CaseStore) -> None:
    with store.writing() as work:
        work.audit.append("Dr Test", "image imported", store_image(work))
    with store.reading() as work:
        assert work.audit.events() == []
