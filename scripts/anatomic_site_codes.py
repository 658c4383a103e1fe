"""Looks up the codes of the anatomic sites in DICOM's CID 4029, as pydicom knows it, for the table of sites.

python scripts/anatomic_site_codes.py             renew resources/terms/anatomic_sites.csv
python scripts/anatomic_site_codes.py --check     only say whether it is up to date; exit code 1 if not

Sites, general sites and sides of the table are entered by hand, after the ISIC metadata dictionary 5.1.0
(its hierarchical anatom_site). Which concept means the same as a site was decided by hand as well, below;
a site without a concept of the same meaning has no code.
"""

import csv
import sys
from io import StringIO
from pathlib import Path

from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

TABLE = Path(__file__).resolve().parent.parent / "resources" / "terms" / "anatomic_sites.csv"
CONTEXT_GROUP = 4029

CONCEPT_BY_SITE = {
    "Head": "SkinOfHead",
    "Scalp": "SkinOfScalp",
    "Parietal scalp": "SkinOfParietalRegion",
    "Occipital scalp": "SkinOfOccipitalRegion",
    "Vertex of scalp": "SkinOfVertexOfScalp",
    "Ear": "SkinOfEar",
    "Helix of pinna": "SkinOfHelixOfEar",
    "External auditory canal": "SkinOfExternalAuditoryCanal",
    "Face": "SkinOfFace",
    "Forehead": "SkinOfForehead",
    "Temple": "SkinOfTemporalRegion",
    "Orbital region": "SkinOfEyeRegion",
    "Sclera": "Sclera",
    "Cornea": "Cornea",
    "Iris": "Iris",
    "Cheek": "SkinOfCheek",
    "Perinasal region": "SkinOfParanasalCheek",
    "Nose": "SkinOfNose",
    "Dorsum of nose": "SkinOfDorsumOfNose",
    "Lateral side wall of nose": "SkinOfSideOfNose",
    "Tip of nose": "SkinOfTipOfNose",
    "Ala nasi": "SkinOfAlaNasi",
    "Perioral region": "SkinOfPerioralRegionOfFace",
    "Lip": "SkinOfLip",
    "Upper lip": "SkinOfUpperLip",
    "Lower lip": "SkinOfLowerLip",
    "Nasolabial fold": "SkinOfNasolabialFold",
    "Oral mucosa": "OralMucosa",
    "Floor of mouth": "MucosaOfFloorOfMouth",
    "Tongue": "MucosaOfTongue",
    "Chin": "SkinOfChin",
    "Neck": "SkinOfNeck",
    "Front of neck": "SkinOfAnteriorPortionOfNeck",
    "Side of neck": "SkinOfLateralPortionOfNeck",
    "Nape of neck": "SkinOfNuchalRegion",
    "Supraclavicular region": "SkinOfSupraclavicularRegionOfNeck",
    "Anterior trunk": "SkinOfAnteriorTrunk",
    "Anterior chest": "SkinOfAnteriorSurfaceOfThorax",
    "Infraclavicular region": "SkinOfInfraclavicularRegion",
    "Presternal region": "SternalSkin",
    "Lower anterior chest": "SkinOfLowerChestWall",
    "Upper inner quadrant of breast": "SkinOfUpperInnerQuadrantOfBreast",
    "Lower outer quadrant of breast": "SkinOfLowerOuterQuadrantOfBreast",
    "Lower inner quadrant of breast": "SkinOfLowerInnerQuadrantOfBreast",
    "Areola": "SkinOfAreola",
    "Nipple": "SkinOfNipple",
    "Anterior abdomen": "SkinOfAbdomen",
    "Upper anterior abdomen": "SkinOfUpperAbdomen",
    "Umbilicus": "SkinOfUmbilicus",
    "Lower anterior abdomen": "SkinOfLowerAbdomen",
    "Hypogastric region": "SkinOfHypogastricRegion",
    "Inguinal region": "SkinOfInguinalRegion",
    "Axilla": "SkinOfAxilla",
    "Posterior trunk": "SkinOfBack",
    "Upper back": "SkinOfBackOfUpperThoracicRegion",
    "Paraspinal upper back": "SkinOfUpperParaspinalRegion",
    "Mid back": "SkinOfMidBack",
    "Paraspinal mid back": "SkinOfMidParaspinalRegion",
    "Lower back": "SkinOfLowerBack",
    "Paraspinal lower back": "SkinOfLowerParaspinalRegion",
    "Upper extremity": "SkinOfUpperExtremity",
    "Anterior upper arm": "SkinOfAnteriorSurfaceOfUpperArm",
    "Posterior upper arm": "SkinOfPosteriorSurfaceOfUpperArm",
    "Elbow tip": "SkinOfPosteriorSurfaceOfElbow",
    "Antecubital fossa": "SkinOfAntecubitalFossa",
    "Dorsal forearm": "SkinOfPosteriorSurfaceOfForearm",
    "Volar forearm": "SkinOfAnteriorSurfaceOfForearm",
    "Dorsal wrist": "SkinOfDorsalAreaOfWrist",
    "Volar wrist": "SkinOfPalmarAreaOfWrist",
    "Hand": "SkinOfHand",
    "Palm of hand": "SkinOfPalmOfHand",
    "Hypothenar eminence": "SkinOfHypothenarRegionOfPalm",
    "Thenar eminence": "SkinOfThenarRegionOfPalm",
    "Fingers and thumb": "SkinOfDigitOfHand",
    "Lower extremity": "SkinOfLowerExtremity",
    "Buttock": "SkinOfButtock",
    "Gluteal fold": "SkinOfGlutealFold",
    "Anterior thigh": "SkinOfAnteriorSurfaceOfThigh",
    "Posterior thigh": "SkinOfPosteriorSurfaceOfThigh",
    "Medial thigh": "SkinOfMedialSurfaceOfThigh",
    "Patellar region": "SkinOfAnteriorSurfaceOfKnee",
    "Popliteal fossa": "SkinOfPoplitealFossa",
    "Shin": "SkinOfAnteriorSurfaceOfLowerLeg",
    "Calf": "SkinOfPosteriorSurfaceOfLowerLeg",
    "Medial ankle": "SkinOfMedialAspectOfAnkle",
    "Lateral ankle": "SkinOfLateralAspectOfAnkle",
    "Foot": "SkinOfFoot",
    "Plantar surface of forefoot": "SkinOfSoleOfForefoot",
    "Lateral plantar region": "SkinOfLateralBorderOfSoleOfFoot",
    "Medial surface of sole of foot": "SkinOfMedialBorderOfSoleOfFoot",
    "Heel": "SkinOfHeel",
    "Toes": "SkinOfToe",
    "Anus": "SkinOfAnus",
    "Perineum": "SkinOfPerineum",
    "Genital region": "SkinOfExternalGenitalia",
    "Labium majus": "SkinOfLabiumMajus",
    "Labium minus": "SkinOfLabiumMinus",
    "Clitoris": "SkinOfClitoris",
    "Vulval vestibule": "VulvalVestibule",
    "Frenulum of labia minora": "FrenulumOfLabiaMinora",
    "Vaginal introitus": "VaginalIntroitus",
    "Penis": "SkinOfPenis",
    "Glans penis": "SkinOfGlansPenis",
    "Scrotum": "SkinOfScrotum",
    "Inguinocrural fold": "GroinSkinCrease",
}
"""pydicom's keyword of the concept that means a site, by the last level of the site."""


def coded_table(text: str) -> str:
    """Return the table with the codes of today's pydicom."""
    rows = list(csv.DictReader(StringIO(text)))
    written = StringIO()
    writer = csv.DictWriter(written, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        scheme, code, meaning = code_of(row["site"].split(":")[-1])
        writer.writerow({**row, "scheme": scheme, "code": code, "meaning": meaning})
    return written.getvalue()


def code_of(site: str) -> tuple[str, str, str]:
    """Return scheme, code and meaning of a site's concept, three empty texts when it has none.

    Raises:
        LookupError: the context group does not hold the concept.
    """
    keyword = CONCEPT_BY_SITE.get(site)
    if keyword is None:
        return "", "", ""
    for scheme, keywords in cid_concepts[CONTEXT_GROUP].items():
        if keyword in keywords:
            for code, (meaning, groups) in concepts[scheme][keyword].items():
                if CONTEXT_GROUP in groups:
                    return scheme, code, meaning
    raise LookupError(f"CID {CONTEXT_GROUP} has no concept {keyword}.")


def main() -> int:
    """Write the table, or check it."""
    stored = TABLE.read_text(encoding="utf-8")
    now = coded_table(stored)
    if "--check" in sys.argv[1:]:
        print("Up to date." if now == stored else "Run python scripts/anatomic_site_codes.py.")
        return 0 if now == stored else 1
    TABLE.write_text(now, encoding="utf-8", newline="\n")
    coded = sum(bool(row["code"]) for row in csv.DictReader(StringIO(now)))
    print(f"{coded} of {now.count(chr(10)) - 1} sites have a code of CID {CONTEXT_GROUP}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
