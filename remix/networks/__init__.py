"""Networks with a leading stack axis: S networks of the same shape, trained side by side.

An architecture (`MLP`, `CNN`, `ResNet`) draws the weights of one network and puts those of several into a
stack.
"""

from remix.networks.cnn import CNN
from remix.networks.mlp import MLP
from remix.networks.network import Architecture, StackedNetwork
from remix.networks.resnet import ResNet

__all__ = ["CNN", "MLP", "Architecture", "ResNet", "StackedNetwork"]
