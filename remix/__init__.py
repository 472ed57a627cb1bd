"""ReMix: balanced, mixed mini-batches for calibrated deep learning on imbalanced data."""
