"""What happens to a mini-batch: which rows make it, resampling, augmentation, mixing."""
