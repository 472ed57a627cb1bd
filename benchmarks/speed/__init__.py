"""How fast the study's trainer is beside others on this machine; ``make bench`` runs it.

`contenders` lists who takes part, each in a file of its own; `measuring` runs one of them in fresh processes;
`table` makes of it what people read.
"""
