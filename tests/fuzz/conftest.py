"""The counts of all inputs, at the end of the run."""

from fuzzing import LOSSES, SEED, TALLIES


def pytest_terminal_summary(terminalreporter):
    if not TALLIES:
        return
    terminalreporter.section(f"inputs of seed {SEED}, and how they ended")
    for family, tally in TALLIES.items():
        counts = ", ".join(f"{count} {ending}" for ending, count in tally.items())
        terminalreporter.line(f"{family}: {tally.total()} inputs, {counts}")
    lost = sum(tally[ending] for tally in TALLIES.values() for ending in LOSSES)
    total = sum(tally.total() for tally in TALLIES.values())
    terminalreporter.line(f"in all: {total} inputs, {lost} losses")
