from app.text.model_cards import band_facts
from models.contract.shelf.card import read_card
from models.contract.shelf.triage_figures import BandCounts, BandFigures, TriageAims, TriageFigures
from resources import path as resource


def test_the_bands_of_a_card_are_told_by_data_set_with_their_aims() -> None:
    figures = BandFigures(
        malignant=BandCounts(urgent=50, soon=46, routine=4),
        benign=BandCounts(urgent=20, soon=180, routine=200),
        sensitivity_low=0.914,
        sensitivity_high=0.99,
        specificity_low=0.931,
        specificity_high=0.97,
    )
    card = read_card(resource("models", "mambaderm_lite", "1")).model_copy(
        update={
            "triage_thresholds": {"soon": 0.1, "urgent": 0.5},
            "triage_aims": TriageAims(sensitivity=0.95, specificity=0.95, chosen_on="9 images of: A."),
            "triage_figures": {
                "test": TriageFigures(
                    whole=figures, parts={"data set: B": figures}, biopsy_collections=("B",)
                )
            },
        }
    )
    facts = {name: value.replace("\N{NO-BREAK SPACE}", " ") for name, value in band_facts(card)}
    assert facts["Aims"] == (
        "At least 95 % of malignant images are not Routine and 95 % of benign ones not Urgent, "
        "on 9 images of: A."
    )
    assert facts["Urgent begins at"] == "0.500"
    assert facts["All test images"].startswith(
        "96.0% (91.4% to 99.0%) of 100 malignant not routine; "
        "95.0% (93.1% to 97.0%) of 400 benign not urgent; "
        "50% of benign routine; urgent 14% of images, PPV 34.5%"
    )
    assert facts["data set: B, test images"].endswith("(biopsies, not in all)")


def test_a_model_without_bands_has_no_facts_of_them() -> None:
    assert list(band_facts(read_card(resource("models", "dermomamba", "2")))) == []
