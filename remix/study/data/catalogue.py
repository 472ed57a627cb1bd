"""What the catalogue says about each dataset, and the tasks that are defined on it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

# Tasks of different kinds are never averaged together. Those on images have methods of their own.
TABLE_KINDS = ("binary", "multiclass")
IMAGE_KINDS = ("binary_images", "multiclass_images")
KINDS = (*TABLE_KINDS, *IMAGE_KINDS)
# The imbalance ratio that the data has: all rows are kept.
NATURAL = "natural"
# What is known of a task beside its definition and its ratios.
_SAID = ("batch_size", "title", "text", "complete", "grouped")


@dataclass(frozen=True)
class Task:
    """A dataset with its minority classes, and whether the other classes are merged into one.

    Attributes
    ----------
    name : str
        Name in paths and tables.
    dataset : str
        Name of the dataset.
    minority : tuple of str
        Labels of the minority classes, as listed in the catalogue's ``classes``; of a long tail all but the
        first class.
    merged : bool
        Whether the other classes are merged into one (label 0; the minority is then label 1).
    classes : tuple of str
        All labels of the dataset, in catalogue order.
    irs : tuple of str
        Imbalance ratios, written as in paths; `NATURAL` is that of the data.
    batch_size : int or None
        Rows per mini-batch where the task departs from the protocol.
    image : tuple of int or None
        Height, width and channels, where the rows are images.
    title : str
        Title of the dataset, for people.
    text : str
        How the texts of the dataset became features, and whether test rows had a part in that; empty without
        texts.
    complete : bool
        Whether it is known that no value is missing.
    grouped : bool
        Whether it is known which rows belong together.
    profile : 'exponential' or None
        How all classes are cut for training, where that is not some minority classes alike: a long tail.
    """

    name: str
    dataset: str
    minority: tuple[str, ...]
    merged: bool
    classes: tuple[str, ...]
    irs: tuple[str, ...] = ()
    batch_size: int | None = None
    image: tuple[int, int, int] | None = None
    title: str = ""
    text: str = ""
    complete: bool = False
    grouped: bool = False
    profile: str | None = None

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any]) -> "Task":
        """Build from the mapping that `definition` or `as_mapping` gives."""
        return cls(
            name=definition["name"],
            dataset=definition["dataset"],
            minority=tuple(definition["minority"]),
            merged=definition["merged"],
            classes=tuple(definition["classes"]),
            irs=tuple(definition.get("irs", ())),
            image=_image(definition),
            profile=definition.get("profile"),
            **{key: definition[key] for key in _SAID if key in definition},
        )

    def definition(self) -> dict[str, Any]:
        """Give what variants and predictions of the task depend on: everything but its list of ratios.

        Adding a ratio or changing the size of the batches must not make other variants anew.
        """
        return {
            "name": self.name,
            "dataset": self.dataset,
            "minority": self.minority,
            "merged": self.merged,
            "classes": self.classes,
            **({} if self.image is None else {"image": self.image}),
            **({} if self.profile is None else {"profile": self.profile}),
        }

    def as_mapping(self) -> dict[str, Any]:
        """Give all of it, in types that JSON has."""
        said = {key: getattr(self, key) for key in _SAID}
        return {
            **self.definition(),
            "irs": self.irs,
            **{key: value for key, value in said.items() if value},
        }

    @property
    def n_classes(self) -> int:
        """Number of classes K that a model for this task tells apart."""
        return 2 if self.merged else len(self.classes)

    @property
    def binary(self) -> bool:
        """Whether a model for this task tells two classes apart."""
        return self.n_classes == 2

    @property
    def kind(self) -> str:
        """One of `KINDS`: by the number of classes, and whether the rows are images."""
        return ("binary" if self.binary else "multiclass") + ("" if self.image is None else "_images")

    @property
    def minority_labels(self) -> tuple[int, ...]:
        """Labels 0..K-1 of the minority classes, as variants and predictions have them."""
        if self.merged:
            return (1,)
        return tuple(self.classes.index(c) for c in self.minority)

    def tail(self, ir: str) -> list[float]:
        """Give the rows that each class of a long tail may be trained on, over those of the first class.

        Class k of K has ``ir ** (k / (K - 1))``: the last one has the share IR, which is one over the
        imbalance factor.

        Examples
        --------
        >>> task = Task("t", "d", ("b", "c"), merged=False, classes=("a", "b", "c"), profile="exponential")
        >>> [round(share, 3) for share in task.tail("0.01")]
        [1.0, 0.1, 0.01]
        """
        last = self.n_classes - 1
        return [1.0 if ir == NATURAL else float(ir) ** (k / last) for k in range(self.n_classes)]


@dataclass(frozen=True)
class TextColumn:
    """A column of texts, which are described by dense vectors; see `remix.study.data.text.embed`.

    Attributes
    ----------
    column : str or int
        Its name or position.
    components : int
        Length of the vectors.
    """

    column: str | int
    components: int = 100


@dataclass(frozen=True)
class GroupColumn:
    """The column that tells which rows belong together, such as those of one patient; it is no feature.

    Attributes
    ----------
    column : str or int
        Its name or position: rows with the same value are a group.
    after : str or None
        A text: what follows it in the column is the group, the first time that it occurs.
    within : str or int or None
        Another column: rows with different values there are different groups.
    """

    column: str | int
    after: str | None = None
    within: str | int | None = None

    @classmethod
    def from_entry(cls, entry: str | int | Mapping[str, Any]) -> "GroupColumn":
        """Build from an entry of the catalogue: a column, or a mapping."""
        return cls(**entry) if isinstance(entry, Mapping) else cls(entry)


@dataclass(frozen=True)
class Dataset:
    """Data with its sources.

    Attributes
    ----------
    name, title : str
        Name in paths; name for people.
    classes : tuple of str
        Every label that the data has, but for those that are left out.
    omit_classes : tuple of str
        Labels whose rows are left out.
    omit_unlabelled : bool
        Whether rows without a label are left out.
    sources : tuple of mapping
        Catalogue entries, tried in order; see config/README.md for their keys.
    target : str or int or None
        Column of the label unless a source says otherwise; an integer counts from 0, -1 is last.
    drop : tuple of str or int
        Columns that are not features (identifiers, dates).
    keep : tuple of str or int
        Columns that are features, though they seem to identify rows.
    categorical : tuple of str or int, 'all' or None
        Columns to be one-hot encoded; None where the entry does not say, so that what a file declares holds.
    text : TextColumn or None
        The column of texts, where there is one.
    groups : GroupColumn or None
        The column that tells which rows belong together, unless a source says otherwise.
    rows, features, missing : int or None
        How many rows, feature columns and missing values the data must have, where the catalogue says so.
    image : tuple of int or None
        Height, width and channels, where the rows are images; their features are the pixels in this order.
    tasks : tuple of Task
        Tasks on this dataset.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...]
    target: str | int | None = None
    drop: tuple[str | int, ...] = ()
    keep: tuple[str | int, ...] = ()
    omit_classes: tuple[str, ...] = ()
    omit_unlabelled: bool = False
    categorical: tuple[str | int, ...] | str | None = None
    rows: int | None = None
    features: int | None = None
    missing: int | None = None
    image: tuple[int, int, int] | None = None
    text: TextColumn | None = None
    groups: GroupColumn | None = None
    tasks: tuple[Task, ...] = field(default=())

    @classmethod
    def from_entry(cls, name: str, entry: Mapping[str, Any]) -> "Dataset":
        """Build from a (validated) entry of config/datasets.yaml."""
        classes = tuple(str(c) for c in entry["classes"])
        title, image = entry.get("title", name), _image(entry)
        text = TextColumn(**entry["text"]) if "text" in entry else None
        groups = GroupColumn.from_entry(entry["groups"]) if "groups" in entry else None
        tasks = tuple(
            Task(
                name=task,
                dataset=name,
                # All are cut but the first.
                minority=tuple(str(c) for c in spec["minority"]) if "minority" in spec else classes[1:],
                merged=spec["others"] == "merged",
                classes=classes,
                irs=tuple(ir_text(ir) for ir in spec["irs"]),
                batch_size=spec.get("batch_size"),
                image=image,
                title=title,
                text="" if text is None else _text_note(text, entry["sources"]),
                # Pixels are never missing.
                complete=image is not None or entry.get("missing") == 0,
                grouped=any("groups" in each for each in (entry, *entry["sources"])),
                profile=spec.get("profile"),
            )
            for task, spec in entry["tasks"].items()
        )
        return cls(
            name=name,
            title=title,
            classes=classes,
            sources=tuple(entry["sources"]),
            target=entry.get("target"),
            drop=tuple(entry.get("drop", ())),
            keep=tuple(entry.get("keep", ())),
            omit_classes=tuple(str(c) for c in entry.get("omit_classes", ())),
            omit_unlabelled=entry.get("omit_unlabelled", False),
            categorical=_columns(entry.get("categorical")),
            rows=entry.get("rows"),
            features=entry.get("features"),
            missing=entry.get("missing"),
            image=image,
            text=text,
            groups=groups,
            tasks=tasks,
        )


def task_irs(
    spec: Mapping[str, Any], dataset: Mapping[str, Any], multiclass_irs: str | Sequence[float | str]
) -> Sequence[float | str]:
    """Give the imbalance ratios of a task's entry: its own, or those for all multi-class tasks on tables.

    Long tails keep their own.

    Parameters
    ----------
    spec : mapping
        Entry of the task: ``others`` and ``irs``.
    dataset : mapping
        Entry of its dataset, which has ``image`` where the rows are images.
    multiclass_irs : 'listed' or sequence of float or `NATURAL`
        ``switches.multiclass_irs``.

    Examples
    --------
    >>> task_irs({"others": "kept", "irs": [0.25]}, {}, [0.05, 0.01])
    [0.05, 0.01]
    """
    if {"image", "profile"} & {*dataset, *spec} or spec["others"] == "merged":
        return spec["irs"]
    if isinstance(multiclass_irs, str):
        return spec["irs"]
    return multiclass_irs


def ir_text(ir: float | str) -> str:
    """Write an imbalance ratio as a path has it: ``0.05``, never ``5e-02``.

    >>> ir_text(0.05), ir_text(0.00001), ir_text(1), ir_text("natural")
    ('0.05', '0.00001', '1', 'natural')
    """
    return ir if isinstance(ir, str) else format(Decimal(repr(ir)), "f")


def ir_value(ir: str) -> float:
    """Give the number by which ratios are ordered; that of the data, which is not known, is the largest.

    >>> sorted(["natural", "0.05", "0.01"], key=ir_value)
    ['0.01', '0.05', 'natural']
    """
    return math.inf if ir == NATURAL else float(ir)


def _text_note(text: TextColumn, sources: Sequence[Mapping[str, Any]]) -> str:
    """Say how texts became features, and whether test rows had a part in that."""
    separate = any("corpus" in source for source in sources)
    learnt_from = "separate texts" if separate else "all of its texts, test rows included, without labels"
    return f"{text.components} components of its texts, learnt from {learnt_from}"


def _columns(listed: Sequence[str | int] | str | None) -> tuple[str | int, ...] | str | None:
    return listed if listed is None or isinstance(listed, str) else tuple(listed)


def _image(entry: Mapping[str, Any]) -> tuple[int, int, int] | None:
    if entry.get("image") is None:
        return None
    height, width, channels = entry["image"]
    return height, width, channels
