"""The patient tree: patients, their lesions, the visits of a lesion and the images of a visit."""
