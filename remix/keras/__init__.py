"""Balanced, mixed mini-batches with soft labels, for any Keras model.

`mixed_batches` makes them from a `tf.data.Dataset`, `MixedBatches` from NumPy arrays, for every backend of
Keras; both by the stages that the study trains by. Train on them with the loss
`keras.losses.CategoricalCrossentropy`; validate on rows that nothing was done to, with one-hot labels. For a
model with one sigmoid unit and `keras.losses.BinaryCrossentropy` give labels of 0 and 1 as floats in one
column, or ask for them by ``label_mode="binary"``.
"""

from remix.keras.arrays import MixedBatches
from remix.keras.datasets import mixed_batches
from remix.keras.settings import BatchSettings

__all__ = ["BatchSettings", "MixedBatches", "mixed_batches"]
