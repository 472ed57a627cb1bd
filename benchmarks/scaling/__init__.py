"""How the cost of a study grows with its folds, rows and features; ``make scaling`` measures it."""
