"""Data: catalogue, sources, parsing, preparation, imbalanced variants."""
