"""Values and rules in plain Python and numpy; may import models.contract and app.translation."""
