import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remix.errors import DataError
from remix.study.data.columns import features
from remix.study.data.labels import label_text
from remix.study.data.preparation import prepare
from remix.study.data.text import embed


def table(**changes):
    columns = {"id": ["r1", "r2", "r3"], "size": [1, 2, 3], "mass": [0.5, None, 1.5], "kind": ["a", "b", "a"]}
    return pd.DataFrame(columns | changes)


@pytest.fixture
def prepared(make_dataset):
    """Prepares a table with the target 'kind', of which the column 'id' is dropped."""

    def run(frame, source=None, described=None, **changes):
        dataset = make_dataset(**({"target": "kind", "drop": ["id"]} | changes))
        return prepare(frame, dataset, source or {}, described or {})

    return run


def test_features_then_label(prepared):
    frame = prepared(table())
    assert list(frame.columns) == ["size", "mass", "label"]
    assert frame["size"].dtype == frame["mass"].dtype == np.float64
    assert frame["mass"].isna().tolist() == [False, True, False]
    assert frame["label"].tolist() == ["a", "b", "a"]
    assert frame["label"].dtype == "str"


@pytest.mark.parametrize(("target", "drop"), [(3, [0]), (-1, ["id"]), ("kind", [0])])
def test_columns_by_name_or_position(prepared, target, drop):
    pd.testing.assert_frame_equal(prepared(table(), target=target, drop=drop), prepared(table()))


def test_the_source_comes_before_the_dataset(prepared):
    frame = prepared(table(), {"target": "id", "drop": ["kind"]}, classes=["r1", "r2", "r3"])
    assert frame["label"].tolist() == ["r1", "r2", "r3"]
    assert list(frame.columns) == ["size", "mass", "label"]


def test_what_the_source_says_of_itself_comes_last(prepared):
    described = {"target": "kind", "drop": ["size", "not there"]}
    assert list(prepared(table(), described=described, target=None).columns) == ["mass", "label"]
    assert list(prepared(table(), {"drop": ["id"]}, described).columns) == ["size", "mass", "label"]
    assert prepared(table(), described={"target": "size"})["label"].tolist() == ["a", "b", "a"]


def test_categorical_columns_become_zeros_and_ones(prepared):
    frame = prepared(table(size=[10, 9, None]), categorical=["size"])
    assert list(frame.columns) == ["size=9", "size=10", "mass", "label"]
    assert frame["size=10"].tolist()[:2] == [1, 0]
    assert frame[["size=9", "size=10"]].isna().all(axis=1).tolist() == [False, False, True]


@pytest.mark.parametrize("of_source", [True, False])
def test_rows_without_a_label_and_of_other_classes_are_left_out(prepared, of_source):
    frame = pd.DataFrame({"size": range(6), "patient": [*"aabbcc"], "kind": ["a", "x", None, "b", "y", "a"]})
    settings = {"omit_classes": ["x", "why"], "omit_unlabelled": True}
    source = {"labels": {"y": "why"}, **(settings if of_source else {})}
    found = prepared(frame, source, drop=[], groups="patient", rows=3, **({} if of_source else settings))
    assert found["size"].tolist() == [0, 3, 5]
    assert found["label"].tolist() == ["a", "b", "a"]
    assert found["group"].tolist() == [0, 1, 2]
    with pytest.raises(DataError, match=r"row 2 has no label; .* write omit_unlabelled: true"):
        prepared(frame, source | {"omit_unlabelled": False}, drop=[], **({} if of_source else settings))
    with pytest.raises(DataError, match="not among the classes: x;"):
        prepared(frame, source | {"omit_classes": ["why"], "omit_unlabelled": True}, drop=[])
    with pytest.raises(DataError, match="no row has the class z;"):
        prepared(frame, source | {"omit_classes": ["x", "why", "z"], "omit_unlabelled": True}, drop=[])


def test_categories_are_texts_as_they_are_written(prepared):
    codes = ["250.1", "250.10", "1E3", "1000", "038", "38", "01", " 1 ", "V57", "1"]
    frame = pd.DataFrame({"diag": codes, "kind": [*"abababab", "a", "b"]})
    found = prepared(frame, drop=[], categorical=["diag"])
    names = ["01", "1", "038", "38", "250.1", "250.10", "1000", "1E3", "V57"]
    assert list(found.columns) == [*(f"diag={name}" for name in names), "label"]
    assert found["diag=1"].tolist() == [0] * 7 + [1, 0, 1]


def test_codes_are_not_read_as_numbers(read_and_prepared):
    """Not in any column that holds labels, categories or texts, in files that are stacked or pasted."""
    files = {"a.csv": "1.50,01,250.10\n1.5,1,250.1\n", "b.csv": "2,007\n3,7\n", "c.csv": "250.1\n250.10\n"}
    source = {"parts": ["a.csv", ["b.csv", "c.csv"]], "target": -1, "categorical": [1]}
    frame = read_and_prepared(files, source, classes=["250.1", "250.10"])
    assert list(frame.columns) == ["x0", "x1=01", "x1=1", "x1=007", "x1=7", "label"]
    assert frame["x0"].tolist() == [1.5, 1.5, 2, 3]
    assert frame["label"].tolist() == ["250.10", "250.1", "250.1", "250.10"]


@pytest.mark.parametrize(
    ("labels", "rule"), [("1\n0\n", "as they are written"), ("1.\n0.\n", "by their values, for all are")]
)
def test_the_log_says_how_labels_are_matched(read_and_prepared, caplog, labels, rule):
    with caplog.at_level("INFO", "remix"):
        read_and_prepared({"t.csv": labels.replace("\n", ",5\n")}, {"target": 0}, classes=["0", "1"])
    assert f"labels in column 'x0' are matched {rule}" in caplog.text


def test_features_are_counted_before_one_hot_encoding(prepared):
    assert prepared(table(), categorical=["size"], features=2).shape[1] == 5


def test_names_stay_unique_and_keep_off_reserved_ones(prepared):
    frame = table().rename(columns={"size": "label", "mass": "row"}).assign(label_=[1, 2, 3])
    assert list(prepared(frame).columns) == ["label_", "row_", "label__", "label"]


def test_numbers_as_texts_are_numbers(prepared):
    assert prepared(table(size=["1", " 2.5", "-3e2"]))["size"].tolist() == [1, 2.5, -300]


def test_truth_values_are_numbers(prepared):
    assert prepared(table(size=[True, False, True]))["size"].tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("kinds", "labels", "classes", "expected"),
    [
        ([0.0, 1.0, 0.0], {}, ["0", "1"], ["0", "1", "0"]),
        (["0.", " 1.", "0"], {}, ["0", "1"], ["0", "1", "0"]),
        (["x", "y", "x"], {"x": "a", "y": "b"}, ["a", "b"], ["a", "b", "a"]),
        ([1, 2, 1], {"1.0": "a", 2: "b"}, ["a", "b"], ["a", "b", "a"]),
        (["brickface", "2", "brickface"], {"brickface": 1}, ["1", "2"], ["1", "2", "1"]),
        ([1, 2, 1], {1: 2, 2: 1}, ["1", "2"], ["2", "1", "2"]),
        ([1.5, 2, 1.5], {}, ["1.50", "2"], ["1.50", "2", "1.50"]),
        # Texts are codes: what is written otherwise is another one, where the catalogue says so.
        (["250.1", "250.10", "250.1"], {"250.1": "a", "250.10": "b"}, ["a", "b"], ["a", "b", "a"]),
        (["01", "1", "01"], {}, ["1", "01"], ["01", "1", "01"]),
        (["38", "038", "1E3"], {"038": "a", "38": "b", "1E3": "b", "1000": "a"}, ["a", "b"], ["b", "a", "b"]),
        (["TRUE", "FALSE", "TRUE"], {}, ["FALSE", "TRUE"], ["TRUE", "FALSE", "TRUE"]),
        # Where all are numbers, and no two writings of one, the catalogue may write them in its own way.
        (["1.0", "0.0", "1.0"], {}, ["0", "1"], ["1", "0", "1"]),
        (["01", "02", "01"], {}, ["1", "2"], ["1", "2", "1"]),
        ([" 1", "2.0", "1"], {"1.0": "b", "2": "a"}, ["a", "b"], ["b", "a", "b"]),
        (["1", "2", "1"], {"1.0": 2, "2.0": 1}, ["1", "2"], ["2", "1", "2"]),
    ],
)
def test_labels_become_the_catalogues(prepared, kinds, labels, classes, expected):
    frame = prepared(table(kind=kinds), {"labels": labels}, classes=classes)
    assert frame["label"].tolist() == expected


@pytest.mark.parametrize(
    ("changes", "settings", "message"),
    [
        ({}, {"rows": 4}, "the data has 3 rows, expected 4"),
        ({}, {"rows": 2}, "the data has 3 rows, expected 2"),
        ({}, {"features": 3}, "the data has 2 features, expected 3"),
        ({}, {"classes": ["a", "b", "c"]}, "no row has the class c; column 'kind' has the others only"),
        ({}, {"classes": ["a", "c"]}, "labels that are not among the classes: b; the classes are a, c"),
        (
            {"kind": ["250.1", "250.10", "401"]},
            {"classes": ["250.1", "401"]},
            "not among the classes: 250.10;",
        ),
        (
            {"kind": ["01", "1", "2"]},
            {"classes": ["1", "2"]},
            "not among the classes: 01; the classes are 1, 2",
        ),
        ({"kind": ["1", "x", "1"]}, {"classes": ["1.0", "x"]}, "not among the classes: 1; the classes are"),
        ({"kind": ["1.0", "2", "2"]}, {"classes": ["1", "01", "2"]}, "not among the classes: 1.0;"),
        ({"kind": ["a", None, "b"]}, {}, "row 1 has no label; is the target"),
        (
            {"size": [1, 2, "tall"]},
            {},
            r"'size' \(position 1\) is not numeric: it holds 'tall'; list it in 'cat",
        ),
        ({"size": [1, np.inf, 3]}, {}, r"'size' \(position 1\) holds an infinite value in row 1"),
        (
            {"size": [1, 2, -1.7e308]},
            {},
            r"'size' \(position 1\) holds -1.7e\+308 in row 2, which is too large",
        ),
        ({"size": [None] * 3}, {}, r"'size' \(position 1\) has no values at all; list it in 'drop'"),
        ({}, {"target": "knd"}, "target: there is no column 'knd'; did you mean 'kind'"),
        ({}, {"target": "colour"}, "there is no column 'colour'; there is id, size, mass, kind"),
        ({}, {"target": 4}, "target: there is no column 4; the table has 4, counted from 0"),
        ({}, {"drop": [9]}, "drop: there is no column 9"),
        ({}, {"drop": ["kind"]}, "column 'kind' is the target and cannot be dropped"),
        ({}, {"categorical": ["id"]}, "column 'id' is listed as categorical, but is no feature"),
        ({}, {"target": None}, "no target is known"),
    ],
)
def test_what_is_not_as_expected_is_named(prepared, changes, settings, message):
    with pytest.raises(DataError, match=message) as caught:
        prepared(table(**changes), **settings)
    assert "\n" not in str(caught.value)


GROUPED = {
    "by name": ("id", ["r2", "r1", "r2"], [0, 1, 0]),
    "by position": (0, [7, 8, 7.0], [0, 1, 0]),
    "after a text": ({"column": "id", "after": "."}, ["x1.a", "x2.b", "x2.a"], [0, 1, 0]),
    "after the first of it": ({"column": 0, "after": "."}, ["1.a.1", "2.a.1", "1.a.2"], [0, 0, 1]),
    "within another column": ({"column": "id", "within": "size"}, ["p", "p", "p"], [0, 1, 2]),
    "within the class": ({"column": "id", "within": "kind"}, ["p", "p", "p"], [0, 1, 0]),
}


@pytest.mark.parametrize("case", GROUPED)
@pytest.mark.parametrize("of_source", [True, False])
def test_groups_are_a_column_of_their_own_and_no_feature(prepared, case, of_source):
    groups, ids, expected = GROUPED[case]
    given = {"source": {"groups": groups}, "groups": 99} if of_source else {"groups": groups}
    frame = prepared(table(id=ids), drop=[], **given)
    assert frame["group"].tolist() == expected
    assert frame["group"].dtype == np.int64
    used = {"id", "size"} if "size" in str(groups) else {"id"}
    assert list(frame.columns) == [*(n for n in ("size", "mass") if n not in used), "label", "group"]


def test_a_feature_is_called_group_where_no_groups_are_known(prepared):
    renamed = table().rename(columns={"size": "group"})
    assert list(prepared(renamed).columns) == ["group", "mass", "label"]
    assert list(prepared(renamed, groups="id", drop=[]).columns) == ["group_", "mass", "label", "group"]
    assert list(features(prepared(renamed))) == ["group", "mass"]
    assert list(features(prepared(renamed, groups="id"))) == ["group_", "mass"]


def test_a_row_without_a_group_is_named(prepared):
    with pytest.raises(DataError, match="column 'id' names the groups, and row 1 has none"):
        prepared(table(id=["p", None, "q"]), groups="id")
    with pytest.raises(DataError, match="groups: there is no column 'patient'"):
        prepared(table(), groups="patient")


BODIES = ["wheat and ships", "ships and ports", "wheat ports"]
LETTERS = table().assign(mass=BODIES)
TEXT = {"column": "mass", "components": 2}


def test_texts_become_components_beside_other_features(prepared):
    frame = prepared(LETTERS, text=TEXT, features=2, missing=0)
    assert list(frame.columns) == ["size", "mass.0", "mass.1", "label"]
    assert frame["mass.1"].dtype == np.float32
    np.testing.assert_array_equal(frame[["mass.0", "mass.1"]], embed(BODIES, BODIES, 2))


def test_a_missing_text_has_no_words_and_is_counted(prepared):
    frame = prepared(LETTERS.assign(mass=[*BODIES[:2], None]), text={"column": 2, "components": 1}, missing=1)
    assert frame["mass.0"].tolist()[2] == 0


def test_texts_that_are_numbers_are_read_as_words(prepared):
    frame = prepared(table(mass=[11, 11, 22]).loc[[0, 1, 2, 2]], text=TEXT | {"components": 1})
    assert frame["mass.0"].nunique() == 2


def test_a_corpus_is_all_that_texts_are_learnt_from(make_dataset):
    dataset = make_dataset(target="kind", drop=["id"], text=TEXT)
    corpus = LETTERS.assign(mass=["ports of call", "call of ships", "ships of war"], kind="unknown")
    frame = prepare(LETTERS, dataset, {}, corpus=corpus)
    expected = embed(BODIES, corpus["mass"].tolist(), 2)
    np.testing.assert_array_equal(frame[["mass.0", "mass.1"]], expected)
    assert not np.allclose(expected, embed(BODIES, BODIES, 2))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text": {"column": "body"}}, "text: there is no column 'body'; there is id, size, mass, kind"),
        ({"text": {"column": "kind"}}, "column 'kind' is named as the text, but is no feature"),
        ({"text": TEXT, "categorical": ["mass"]}, "column 'mass' is named as the text, but is categorical"),
        ({"text": TEXT | {"components": 3}}, "column 'mass': 3 components cannot be learnt from 3 texts"),
    ],
)
def test_texts_that_cannot_be_had_are_named(prepared, settings, message):
    with pytest.raises(DataError, match=message):
        prepared(LETTERS, **settings)


@pytest.fixture
def pictures(make_dataset):
    """Prepares a table of images of 1 × 2 pixels in one colour."""

    def run(frame, source=None, described=None, **changes):
        dataset = make_dataset(**({"image": [1, 2, 1], "target": None} | changes))
        return prepare(frame, dataset, source or {}, described or {})

    return run


def test_pixels_stay_bytes_and_are_not_copied(pictures):
    pixels = np.array([[0, 255], [7, 8], [9, 10]], np.uint8)
    frame = pd.DataFrame(pixels, columns=["x0", "x1"], copy=False).assign(label=[1, 0, 1])
    images = pictures(frame, {"labels": {0: "a", 1: "b"}})
    assert list(images.columns) == ["x0", "x1", "label"]
    assert (images.dtypes.iloc[:2] == np.uint8).all()
    assert images["label"].tolist() == ["b", "a", "b"]
    assert images["label"].dtype == "str"
    assert np.shares_memory(images["x0"].to_numpy(), frame["x0"].to_numpy())


def test_a_table_of_pixels_becomes_bytes(pictures):
    frame = pd.DataFrame({"class": ["a", "b"], "id": [1, 2], "p1": [0, 255], "p2": [1.0, 2.0]})
    images = pictures(frame, described={"target": "class", "drop": ["id"]})
    assert images.to_numpy().tolist() == [[0, 1, "a"], [255, 2, "b"]]
    assert list(images.columns) == ["x0", "x1", "label"]
    assert (images.dtypes.iloc[:2] == np.uint8).all()


@pytest.mark.parametrize(
    ("columns", "changes", "message"),
    [
        (
            {"p": [1, 2], "q": [1, 256]},
            {},
            r"column 'q' \(position 1\) holds a pixel that is no whole number from 0",
        ),
        ({"p": [1, -1], "q": [1, 2]}, {}, "column 'p' .* holds a pixel that is no whole number"),
        ({"p": [0.5, 1], "q": [1, 2]}, {}, "column 'p' .* holds a pixel that is no whole number"),
        ({"p": [None, 1], "q": [1, 2]}, {}, "column 'p' .* holds a pixel that is no whole number"),
        ({"p": [1, 2]}, {}, "the data has 1 pixels, expected 1 × 2 × 1 = 2"),
        ({"p": [1, 2], "q": [1, 2]}, {"rows": 3}, "the data has 2 rows, expected 3"),
        ({"p": [1, 2], "q": [1, 2]}, {"classes": ["a", "b", "c"]}, "no row has the class c"),
    ],
)
def test_what_is_no_image_is_named(pictures, columns, changes, message):
    with pytest.raises(DataError, match=message):
        pictures(pd.DataFrame(columns | {"label": ["a", "b"]}), **changes)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-9999, max_value=9999))
def test_equal_numbers_are_equal_labels(number):
    text = label_text(float(number))
    assert label_text(number) == label_text(np.float64(number)) == text
    assert label_text(int(number)) == label_text(float(int(number)))


@given(st.text())
def test_texts_are_only_stripped(text):
    assert label_text(text) == text.strip()
