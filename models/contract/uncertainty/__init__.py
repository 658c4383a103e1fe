"""How sure an answer is: of a probability, a boundary, a whole image."""
