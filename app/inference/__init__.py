"""The two engines behind the Predictor port, and the measured choice between them."""
