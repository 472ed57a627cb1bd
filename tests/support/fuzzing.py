"""Feed thousands of mutated inputs to a function, and count how each of them ends.

Everything about an input follows from the seed, its family and its number, so that one that failed can be fed
again: ``make test-fuzz FUZZ_SEED=1 FUZZ_ONLY=csv/123``.
"""

import contextlib
import os
import shutil
import traceback
import zlib
from collections import Counter

import numpy as np
from snakemake.exceptions import WorkflowError

from remix.errors import ConfigError, RemixError

SEED = int(os.environ.get("FUZZ_SEED") or 1)
COUNT = int(os.environ.get("FUZZ_COUNT") or 3000)
ONLY = os.environ.get("FUZZ_ONLY") or ""

SUCCESS, CLEAR, OTHERS = "successes", "clear errors", "refused by Snakemake's own reader"
UNCLEAR, TRACEBACK, WRONG = "unclear errors", "tracebacks", "silent wrong tables"
LOSSES = (UNCLEAR, TRACEBACK, WRONG)

# How the inputs of each family ended.
TALLIES: dict[str, Counter] = {}


class WrongError(Exception):
    """Something was read without an error, and is not what the input says."""


def feed(family, attempt, folder, count):
    """Make inputs and see how they end.

    Parameters
    ----------
    family : str
        Name of the kind of inputs.
    attempt : callable
        Given a random generator and an empty folder, which is the working directory, it writes an input there
        and has it read. It returns where that went well, raises `WrongError` where something else was read
        than the input says, and whatever the product raises.
    folder : pathlib.Path
        Where to make the folders. That of an input that was lost stays.
    count : int
        How many inputs.

    Returns
    -------
    list of str
        The inputs that were lost, and why.
    """
    tally, lost = TALLIES.setdefault(family, Counter()), []
    only, _, which = ONLY.partition("/")
    numbers = range(count) if not ONLY else [int(which)] if only == family else []
    for number in numbers:
        place = folder / f"{family}-{SEED}-{number}"
        place.mkdir()
        rng = np.random.default_rng([SEED, zlib.crc32(family.encode()), number])
        with contextlib.chdir(place):
            ending, text = _ending(attempt, rng, place)
        tally[ending] += 1
        if ending in LOSSES:
            lost.append(f"{family}/{number} of seed {SEED}, kept in {place}: {ending}: {text}")
        else:
            shutil.rmtree(place)
    return lost


def _ending(attempt, rng, place):
    """See how one input ends, and what is said of it."""
    try:
        attempt(rng, place)
    except WrongError as error:
        return WRONG, str(error)
    except RemixError as error:
        return (CLEAR if is_clear(error) else UNCLEAR), repr(str(error))
    except WorkflowError as error:
        return OTHERS, str(error)
    except Exception:
        return TRACEBACK, traceback.format_exc()
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
