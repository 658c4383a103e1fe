"""Tables as the programs and data sets write them that people bring along."""

from pathlib import Path

import openpyxl

ISIC_ARCHIVE = (
    "isic_id,attribution,copyright_license,age_approx,anatom_site_1,anatom_site_2,anatom_site_3,"
    "clin_size_long_diam_mm,diagnosis_1,diagnosis_2,diagnosis_3,diagnosis_confirm_type,family_hx_mm,"
    "fitzpatrick_skin_type,image_type,lesion_id,patient_id,personal_hx_mm,sex\n"
    "ISIC_0012654,Anonymous,CC-0,50,Trunk,Posterior trunk,Upper back,6.5,Malignant,"
    "Malignant melanocytic proliferations (Melanoma),Melanoma Invasive,histopathology,False,II,dermoscopic,"
    "IL_0396491,IP_8063013,True,female\n"
)
HAM10000 = (
    "lesion_id,image_id,dx,dx_type,age,sex,localization\n"
    "HAM_0000118,ISIC_0027419,bkl,histo,80.0,male,scalp\n"
    "HAM_0002730,ISIC_0026769,nv,follow_up,,unknown,trunk\n"
)
ISIC_2019 = "image,age_approx,anatom_site_general,lesion_id,sex\nISIC_0000000,55.0,anterior torso,,female\n"
ISIC_2020 = (
    "image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target\n"
    "ISIC_2637011,IP_7279968,male,45.0,head/neck,unknown,benign,0\n"
)
ISIC_2024 = (
    "isic_id,target,patient_id,age_approx,sex,anatom_site_general,clin_size_long_diam_mm,image_type,"
    "tbp_tile_type,tbp_lv_A,attribution,copyright_license,lesion_id,iddx_full,mel_thick_mm\n"
    "ISIC_0015670,0,IP_1235828,60.0,male,lower extremity,3.04,TBP tile: close-up,3D: white,20.24,"
    "Memorial Sloan Kettering Cancer Center,CC-BY,,Benign,\n"
)
PH2_TEXT = (
    "||   Name || Histological Diagnosis || Clinical Diagnosis || Asymmetry | Pigment Network ||\n"
    "|| IMD003 ||                        ||                  0 ||         0 |               T ||\n"
    "|| IMD061 ||              Melanoma  ||                  2 ||         2 |              AT ||\n"
)


def a_table(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """Write a table of text."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def a_workbook(folder: Path, rows: list[list[object]], name: str = "table.xlsx") -> Path:
    """Write a workbook whose first sheet is empty, as spreadsheets with a cover page are."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("data")
    for row in rows:
        sheet.append(row)
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / name)
    return folder / name


def ph2_rows() -> list[list[object]]:
    """PH2_dataset.xlsx: twelve lines of legends above the header, and X for a diagnosis."""
    legends: list[list[object]] = [
        ["PH2 Database"],
        [],
        ["Legends"],
        *[[f"legend {n}", "x"] for n in range(9)],
    ]
    header: list[object] = [
        "Image Name",
        "Histological Diagnosis",
        "Common Nevus",
        "Atypical Nevus",
        "Melanoma",
        "Asymmetry\n(0/1/2)",
        "Pigment Network\n(AT/T)",
    ]
    return [
        *legends,
        header,
        ["IMD003", None, "X", None, None, 0, "T"],
        ["IMD061", "Melanoma", None, None, "X", 2, "AT"],
    ]
