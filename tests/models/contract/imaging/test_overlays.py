from models.contract.imaging.overlays import SIGNED_OVERLAYS
from models.nets.overlays import OVERLAYS


def test_the_contract_knows_which_overlays_have_a_sign() -> None:
    assert {overlay.name for overlay in OVERLAYS if overlay.is_signed} == SIGNED_OVERLAYS
