"""The compiled step on a GPU: what is carried to a machine that has one, and what is run there."""
