"""The body map: where the lesions of a patient are, drawn on figures and in a list beside them."""
