"""The sources of a dataset: where its files are, and how they are had."""
