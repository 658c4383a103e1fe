"""Cases as DICOM: image, segmentation, structured report, encapsulated report and presentation state.

``dicom_case`` is a case with what its objects have in common (UIDs, people, moments), ``header`` the modules
of patient, visit and equipment, ``objects`` says which objects a case has; each other file writes one kind.
highdicom builds segmentations, structured reports, maps and presentation states; images and encapsulated
reports, which it does not know, are plain pydicom datasets. ``settled`` makes their bytes the same at every
export.
"""
