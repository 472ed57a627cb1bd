"""How the cost of a study grows with its cells, folds, rows and features; ``make scaling`` measures it."""
