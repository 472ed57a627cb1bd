"""Files of images, one module per format; each reads pixels and labels of one file, or of one pair."""
