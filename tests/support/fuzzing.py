"""Feed thousands of mutated inputs to a function, and count how each of them ends.

Everything about an input follows from the seed, its family and its number, so that one that failed can be fed
again: ``make test-fuzz FUZZ_SEED=1 FUZZ_ONLY=csv/123``.
"""

import os
import shutil
import signal
import time
import traceback
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from snakemake.exceptions import WorkflowError

from remix.errors import ConfigError, RemixError

SEED = int(os.environ.get("FUZZ_SEED") or 1)
# Settings, catalogues and overlays; of data files there are two thirds as many.
COUNT = int(os.environ.get("FUZZ_COUNT") or 3000)
ONLY = os.environ.get("FUZZ_ONLY") or ""
FAILURES = Path(os.environ.get("FUZZ_FAILURES") or "fuzz-failures").absolute()
# Seconds that one input may take. Most take a hundredth of one, the slowest a few; a busy machine is slower.
LIMIT = 300

SUCCESS, CLEAR, OTHERS = "successes", "clear errors", "refused by Snakemake's own reader"
UNCLEAR, TRACEBACK, HANG, WRONG = "unclear errors", "tracebacks", "hangs", "silent wrong tables"
LOSSES = (UNCLEAR, TRACEBACK, HANG, WRONG)
COUNTS = (SUCCESS, CLEAR, OTHERS, *LOSSES)


class WrongError(Exception):
    """Something was read without an error, and is not what the input says."""


class Hang(BaseException):
    """The time is over; no handler of ordinary exceptions may take it for one."""


@dataclass
class Tally:
    """How the inputs of a family ended.

    Attributes
    ----------
    counts : Counter
        By one of `COUNTS`.
    failures : list of str
        Input, how it ended, and where it is kept.
    slowest : tuple of float and str
        Seconds, and the input that took them.
    seconds : float
        In all.
    """

    family: str
    counts: Counter = field(default_factory=Counter)
    failures: list = field(default_factory=list)
    slowest: tuple = (0.0, "")
    seconds: float = 0.0

    @property
    def line(self):
        counts = ", ".join(f"{self.counts[name]} {name}" for name in COUNTS)
        took = f"{self.seconds:.0f} s, the slowest {self.slowest[0]:.1f} s ({self.slowest[1]})"
        return f"{self.family}: {self.counts.total()} inputs, {counts}; {took}"


TALLIES = []


def feed(family, attempt, folder, count=COUNT):
    """Make inputs and see how they end.

    Parameters
    ----------
    family : str
        Name of the kind of inputs.
    attempt : callable
        Given a random generator and an empty folder, it writes an input there and has it read. It returns
        where that went well, raises `WrongError` where something else was read than the input says, and
        whatever the product raises.
    folder : pathlib.Path
        Where to make the folders.
    count : int
        How many inputs.

    Returns
    -------
    Tally
    """
    tally = Tally(family)
    TALLIES.append(tally)
    only, _, which = ONLY.partition("/")
    numbers = range(count) if not ONLY else [int(which)] if only == family else []
    here = Path.cwd()
    started = time.monotonic()
    for number in numbers:
        place = folder / f"{family}-{SEED}-{number}"
        place.mkdir()
        os.chdir(place)
        rng = np.random.default_rng([SEED, zlib.crc32(family.encode()), number])
        begun = time.monotonic()
        ending, text = _ending(attempt, rng, place)
        tally.slowest = max(tally.slowest, (time.monotonic() - begun, f"{family}/{number}"))
        os.chdir(here)
        tally.counts[ending] += 1
        if ending in LOSSES:
            FAILURES.mkdir(exist_ok=True)
            kept = FAILURES / place.name
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(place, kept)
            (kept / "ending.txt").write_text(f"{ending}\n{text}\n", encoding="utf-8", errors="replace")
            last = text.strip().splitlines()[-1][:200] if text.strip() else ""
            tally.failures.append(f"{family}/{number} of seed {SEED}, kept in {kept}: {ending}: {last}")
        shutil.rmtree(place)
    tally.seconds = time.monotonic() - started
    return tally


def _ending(attempt, rng, place):
    """See how one input ends, and what is said of it."""

    def over(*_):
        raise Hang

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        attempt(rng, place)
    except Hang:
        return HANG, traceback.format_exc()
    except WrongError as error:
        return WRONG, str(error)
    except RemixError as error:
        return (CLEAR if is_clear(error) else UNCLEAR), repr(str(error))
    except WorkflowError as error:
        return OTHERS, str(error)
    except Exception:
        return TRACEBACK, traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return SUCCESS, ""


def is_clear(error):
    """Tell whether an error is a line for people; of a configuration one per problem, each with its place."""
    lines = str(error).split("\n") if isinstance(error, ConfigError) else [str(error)]
    for line in lines:
        if not line.isprintable() or len(line.split()) < 3 or len(line) > 3000:
            return False
        if isinstance(error, ConfigError) and not line.startswith(
            ("--config: ", "config", "datasets", "methods", "overlay", "/")
        ):
            return False
    return len(lines) == len(set(lines))


def chance(rng, share):
    """Draw whether something with a probability happens."""
    return rng.random() < share


def pick(rng, choices):
    """Draw one of a sequence; unlike NumPy's own, without turning it into an array."""
    return choices[int(rng.integers(len(choices)))]
