import json

import pytest

from remix.study.data.catalogue import Dataset, Task, task_irs

ENTRY = {
    "title": "Three classes",
    "classes": [3, 1, 2],
    "target": -1,
    "sources": [{"file": "a.csv"}],
    "tasks": {
        "rare": {"minority": [1], "others": "merged", "irs": [0.05, 0.01], "batch_size": 32},
        "many": {"minority": [1, 2], "others": "kept", "irs": [0.25]},
    },
}


def test_tasks_of_an_entry():
    rare, many = Dataset.from_entry("abc", ENTRY).tasks
    assert (rare.name, rare.dataset, rare.kind, rare.n_classes) == ("rare", "abc", "binary", 2)
    assert (rare.minority_labels, rare.irs, rare.batch_size) == ((1,), ("0.05", "0.01"), 32)
    assert (many.kind, many.n_classes, many.batch_size) == ("multiclass", 3, None)
    assert many.classes == ("3", "1", "2")
    assert many.minority_labels == (1, 2)


def test_the_title_defaults_to_the_name():
    assert Dataset.from_entry("abc", ENTRY | {"title": "T"}).title == "T"
    assert Dataset.from_entry("abc", {k: v for k, v in ENTRY.items() if k != "title"}).title == "abc"


@pytest.mark.parametrize(
    ("source", "text", "note"),
    [
        ({}, None, ""),
        (
            {},
            {"column": 1},
            "100 components of its texts, learnt from all of its texts, test rows included, wi",
        ),
        (
            {"corpus": ["b.csv"]},
            {"column": "body", "components": 5},
            "5 components of its texts, learnt from sep",
        ),
    ],
)
def test_texts_say_what_their_components_are_learnt_from(source, text, note):
    entry = ENTRY | {"sources": [{"file": "a.zip", "parts": ["a.csv"], **source}]}
    found = Dataset.from_entry("abc", entry | ({} if text is None else {"text": text})).tasks[0].text
    assert found.startswith(note)
    assert bool(found) == bool(note)


def test_a_definition_survives_json_and_leaves_out_what_other_variants_do_not_depend_on():
    rare, _ = Dataset.from_entry("abc", ENTRY).tasks
    back = Task.from_definition(json.loads(json.dumps(rare.definition())))
    assert back.minority_labels == rare.minority_labels
    assert (back.irs, back.batch_size) == ((), None)
    assert back.definition() == rare.definition()


def test_a_long_tail_has_no_minority_of_its_own():
    entry = ENTRY | {"tasks": {"tail": {"profile": "exponential", "others": "kept", "irs": [0.1, 0.01]}}}
    (task,) = Dataset.from_entry("abc", entry).tasks
    assert (task.minority_labels, task.kind, task.profile) == ((1, 2), "multiclass", "exponential")
    assert task.tail("0.01") == pytest.approx([1, 0.1, 0.01])
    assert task.tail("natural") == [1, 1, 1]
    assert Task.from_definition(json.loads(json.dumps(task.as_mapping()))) == task
    # It is part of what predictions depend on; tasks without one have the definition that they had.
    assert task.definition()["profile"] == "exponential"
    assert not any("profile" in each.definition() for each in Dataset.from_entry("abc", ENTRY).tasks)
    assert task_irs(entry["tasks"]["tail"], entry, [0.05]) == [0.1, 0.01]
