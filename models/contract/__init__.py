"""What a model is, for everyone: arrays, cards, registry, pre- and postprocessing, measurements, metrics."""
