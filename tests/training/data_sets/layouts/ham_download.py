"""HAM10000 as it is downloaded, in small."""

from pathlib import Path

from tests.training.data_sets.layouts.pictures import jpeg, mask_file, table, write

CLASSES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")


def a_download(root: Path, *, lesions: int = 14) -> Path:
    """Two images of each lesion, one in each folder; the classes take turns."""
    rows = []
    for lesion in range(lesions):
        for part in (1, 2):
            image_id = f"ISIC_{1000 * part + lesion:07}"
            write(root / f"HAM10000_images_part_{part}" / f"{image_id}.jpg", jpeg(lesion * 2 + part))
            rows.append(
                {
                    "lesion_id": f"HAM_{lesion:07}",
                    "image_id": image_id,
                    "dx": CLASSES[lesion % 7],
                    "dx_type": "histo" if lesion % 2 else "follow_up",
                    "age": "0.0" if lesion == 3 else "60.0",
                    "sex": "unknown" if lesion == 2 else "male",
                    "localization": "back",
                    "dataset": "vidir_modern",
                }
            )
    table(root / "HAM10000_metadata.csv", rows)
    masks = root / "HAM10000_segmentations_lesion_tschandl"
    mask_file(masks / "ISIC_0001000_segmentation.png")
    mask_file(masks / "ISIC_0001001_segmentation.png", size=(50, 60))
    mask_file(masks / "ISIC_0001002_segmentation.png", value=0)
    return root
