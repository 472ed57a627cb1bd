"""The sweep over α (Figure 7): the study with one method, at one value of α after the other."""

import dataclasses
from typing import Any

from remix.study.config.study import Study
from remix.study.data.catalogue import ir_text


def sweep_studies(study: Study) -> dict[str, Study]:
    """Build the studies that the sweep compares.

    Parameters
    ----------
    study : Study

    Returns
    -------
    dict of str to Study
        By α, written as in paths, smallest first: the swept tasks with the swept method alone, which has this
        α. The study's own α is among them. No study if it does not run the method or any of the tasks.
    """
    own = own_alphas(study)
    alphas = sorted({*study.sweep.alphas, *own.values()} if own else ())
    method, entry = study.sweep.method, study.methods.get(study.sweep.method, {})
    return {
        ir_text(alpha): dataclasses.replace(
            study,
            run=f"sweep/{ir_text(alpha)}",
            tasks={
                task: study.tasks[task]
                for task, of_study in own.items()
                if alpha in study.sweep.alphas or alpha == of_study
            },
            methods={method: {**entry, "mix": {**entry["mix"], "alpha": alpha}}},
        )
        for alpha in alphas
    }


def own_alphas(study: Study) -> dict[str, float]:
    """Give, for each swept task that the study runs with the swept method, the α that it has there."""
    method = study.sweep.method
    return {
        name: study.method_spec(method, images=task.image is not None)["mix"]["alpha"]
        for name, task in study.tasks.items()
        if name in study.sweep.tasks and method in study.methods_of(name)
    }


def sweep_for_reports(study: Study) -> dict[str, Any]:
    """Give what tables and figures need to know of the sweep, in types that JSON has."""
    return {"tasks": study.sweep.tasks, "method": study.sweep.method, "own": own_alphas(study)}
