"""How a study of ten times the cells loads the machine; ``make load`` measures it."""
