"""The counts of all inputs, at the end of the run."""

from fuzzing import LOSSES, SEED, TALLIES


def pytest_terminal_summary(terminalreporter):
    if not TALLIES:
        return
    terminalreporter.section(f"inputs of seed {SEED}, and how they ended")
    for tally in TALLIES:
        terminalreporter.line(tally.line)
        for failure in tally.failures:
            terminalreporter.line(f"  {failure}")
    total = sum(tally.counts.total() for tally in TALLIES)
    lost = sum(tally.counts[name] for tally in TALLIES for name in LOSSES)
    terminalreporter.line(f"in all: {total} inputs, {lost} losses")
