"""The loss: what a mini-batch's rows cost, and how much its classes weigh."""
