"""The cards beside the image: score, measurements, patient and lesion, decision, history."""
