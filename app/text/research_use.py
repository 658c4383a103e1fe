"""Sentences that every screen shares."""

from app.translation import N_

RESEARCH_USE = N_("Research use only. Not a medical device.")
"""Shown beside every figure of a model."""

INTENDED_USE = (
    N_(
        "Naevus is research software. It helps people who are trained in dermoscopy to look at images, to "
        "outline lesions and to study how a model would rank them. It is not a medical device, it "
        "has not been "
        "cleared or approved by any authority, and it must not be used to diagnose, to screen or to "
        "decide on "
        "treatment."
    ),
    N_(
        "A score is the output of a model that was trained on a limited set of images, mostly of "
        "light skin. It "
        "may be wrong in either direction, above all for dark skin, for palms, soles, nails and mucosa, for "
        "children, and for images that are blurred, cropped or not dermoscopic. A low score never "
        "means that a "
        "lesion is harmless."
    ),
    N_(
        "The person at the workstation sees the lesion, decides, and answers for the decision. "
        "Everything stays "
        "on this computer: nothing is sent anywhere."
    ),
)
"""The intended-use text of the first start and of About, in paragraphs."""

ABOUT = (
    N_("A workstation for reviewing dermoscopy images: boundary, score, correction, report."),
    N_(
        "Free software under the MIT licence. It uses Qt (LGPL), PySide6, NumPy, OpenCV, Pillow, pydicom, "
        "SQLAlchemy, ONNX Runtime, PyTorch and ReportLab; their licences come with them. The sample "
        "images are "
        "from the ISIC Archive (CC-0)."
    ),
)
"""What About says before the intended use."""
