"""One network, trained in NumPy: without TensorFlow, and without what a stack of networks costs."""
