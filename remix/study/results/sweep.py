"""What tables and figures say about the sweep over α: what was swept, and what could not be."""

import pandas as pd

from remix.study.results.coverage import MISSING, PRESENT
from remix.study.study import Study
from remix.study.sweep import Sweep


def sweep_note(sweep: Sweep, study: Study, coverage: pd.DataFrame) -> str:
    """Say in a few sentences which tasks were swept, and which were not and why."""
    if not sweep.tasks:
        return "The study varies no α."
    if sweep.method not in study.methods:
        return f"The study does not train {sweep.method}, whose α would be varied."
    states, own = coverage.drop_duplicates("task").set_index("task")["state"], sweep.own(study)
    by_state = {state: [task for task in own if states.get(task) == state] for state in (PRESENT, MISSING)}
    texts = {
        "Swept": [f"{task} (study's α {own[task]:g})" for task in by_state[PRESENT]],
        "Missing, for their data could not be had": by_state[MISSING],
        "Not in this study": [task for task in sweep.tasks if task not in own],
    }
    return " ".join(f"{text}: {', '.join(tasks)}." for text, tasks in texts.items() if tasks)
