"""How methods are compared: ranks, tests, the paper's claims."""
