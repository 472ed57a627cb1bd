"""Figures: a frame in, a matplotlib figure out. Nothing here reads or writes files."""
