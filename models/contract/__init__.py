"""What a model is, for everyone: arrays, cards, shelf, pre- and postprocessing, measurements, metrics."""
