"""The runs that tables and figures are about: the study, and those that it is compared with."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from remix.study.study import Study
from remix.study.sweep import Sweep

_SEVERAL = ("swept", "audited", "free")


@dataclass(frozen=True)
class Runs:
    """What was run, as results need to know it.

    Attributes
    ----------
    study : Study
        The study itself.
    sweep : Sweep
        What is swept over α.
    swept : mapping of str to Study
        By α: the swept tasks with the swept method.
    audited : mapping of str to Study
        By name, the study first: the protocols of the audit, if it is asked for.
    free : mapping of str to Study
        Of these protocols, those under which nothing is trained that the study does not train.
    audit_repeats : int
        Repeats that the protocols of the audit have.
    pictured : mapping of str to str
        Titles of the methods that the paper's pictures show, by name.
    ablation : Study or None
        Balance, mixing and prior in every combination; see `remix.study.ablation`.
    """

    study: Study
    sweep: Sweep
    swept: Mapping[str, Study]
    audited: Mapping[str, Study]
    free: Mapping[str, Study]
    audit_repeats: int
    pictured: Mapping[str, str]
    ablation: Study | None = None

    def without_training(self) -> "Runs":
        """Give the same with an audit of those protocols only for which nothing is trained anew."""
        return replace(self, audited=self.free)

    def to_json(self) -> str:
        """Write it as a parameter of Snakemake's rules, which make anew what has another text there.

        Of each run beside the study only what differs: the report holds the parameters once for each result.
        """
        own = self.study.to_mapping()
        several = {
            name: {key: _without(run.to_mapping(), own) for key, run in getattr(self, name).items()}
            for name in _SEVERAL
        }
        return json.dumps(
            {
                "study": own,
                "sweep": asdict(self.sweep),
                "audit_repeats": self.audit_repeats,
                "pictured": self.pictured,
                "ablation": None if self.ablation is None else _without(self.ablation.to_mapping(), own),
                **several,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Runs":
        """Read what `to_json` gives."""
        given = json.loads(text)
        several = {
            name: {key: Study.from_mapping(given["study"] | run) for key, run in given[name].items()}
            for name in _SEVERAL
        }
        return cls(
            study=Study.from_mapping(given["study"]),
            sweep=Sweep(**given["sweep"]),
            audit_repeats=given["audit_repeats"],
            pictured=given["pictured"],
            ablation=None
            if given["ablation"] is None
            else Study.from_mapping(given["study"] | given["ablation"]),
            **several,
        )


def _without(mapping: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is the same elsewhere, to the order of its entries, which counts."""
    return {key: value for key, value in mapping.items() if json.dumps(value) != json.dumps(known[key])}
