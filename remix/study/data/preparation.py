"""From a table as its source has it to the form that all datasets share: numeric features and a label."""

import difflib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from remix.errors import DataError
from remix.study.data.catalogue import Dataset, GroupColumn, TextColumn
from remix.study.data.columns import GROUP, LABEL, NOMINAL, NOTES, ROW, TRAINED, UNNAMED, find_column
from remix.study.data.formats import read_corpus, read_table
from remix.study.data.headers import refuse_data_as_names
from remix.study.data.labels import by_value, label_text, labels_of, listing
from remix.study.data.numeric import numeric, seem_numbers, yaml_line
from remix.study.data.suspicion import identifier, remark
from remix.study.data.text import embed

# Each category is a feature, of 8 bytes in each row.
MOST_CATEGORIES = 1000


def read_and_prepare(
    folder: Path,
    files: Sequence[str],
    dataset: Dataset,
    source: Mapping[str, Any],
    described: Mapping[str, Any] = MappingProxyType({}),
    notes: list[str] | None = None,
) -> pd.DataFrame:
    """Read the raw files of a source, and prepare their table.

    Parameters
    ----------
    folder, files
        As `remix.study.data.formats.read_table`.
    dataset, source, described, notes
        As `prepare`.

    Returns
    -------
    pandas.DataFrame
        As `prepare`. Labels, categories and texts are read as they are written.

    Raises
    ------
    SourceError
        If a file cannot be read.
    DataError
        As `prepare`.
    """
    target = _target(dataset, source, described)
    as_written: list[str | int] | str = [] if target is None else [target]
    if dataset.image is None:
        categorical = source.get("categorical", dataset.categorical)
        texts = [] if dataset.text is None else [dataset.text.column]
        as_written = "all" if categorical == "all" else [*as_written, *(categorical or ()), *texts]
    table = read_table(folder, files, source, dataset.image, as_written)
    return prepare(table, dataset, source, described, read_corpus(folder, source), notes)


def prepare(
    table: pd.DataFrame,
    dataset: Dataset,
    source: Mapping[str, Any],
    described: Mapping[str, Any] = MappingProxyType({}),
    corpus: pd.DataFrame | None = None,
    notes: list[str] | None = None,
) -> pd.DataFrame:
    """Bring a table into the form that all datasets share, and check it against the catalogue.

    Parameters
    ----------
    table : pandas.DataFrame
        The table as read by `remix.study.data.formats.read_table`.
    dataset : Dataset
        What the catalogue expects. Its ``target``, ``drop``, ``keep``, ``categorical``, ``groups``,
        ``omit_classes`` and ``omit_unlabelled`` hold where the source has none. The target of images is the
        last column where neither names one.
    source : mapping
        Catalogue entry of the source: ``target``, ``drop``, ``keep``, ``categorical``, ``groups``,
        ``labels``, ``omit_classes``, ``omit_unlabelled``, ``header``.
    described : mapping, optional
        What the source itself says of its columns: ``target`` where the catalogue names none, and ``drop`` in
        addition to the dataset's own. Both give way to the source's entry.
    corpus : pandas.DataFrame, optional
        A table with the same column of texts, whose rows are no rows of the data: what describes texts is
        learnt from it alone. Without it, it is learnt from all texts of `table`, without their labels.
    notes : list of str, optional
        Takes a sentence for each column that is suspicious and no reason to refuse the table; see
        `remix.study.data.suspicion.remark`.

    Returns
    -------
    pandas.DataFrame
        One row per row of `table` that is not to be left out, in order: features (float64, NaN where
        missing), then ``label`` (string, as written in the catalogue's ``classes``). A categorical column
        becomes one column of zeros and ones per value, ``column=value``, which are NaN where the value is
        missing; texts are values as they are written, so ``01`` is another one than ``1``. A column of texts
        becomes its components (float32), ``column.0, column.1, …``; a missing text is one without words. The
        features of images are their pixels (uint8), ``x0, x1, …``. Where it is known which rows belong
        together, the last column is ``group`` (int64): the same number for these, counted in the order in
        which groups
        first appear, so that it does not depend on how a source names them.

    Raises
    ------
    DataError
        If the table is not what the catalogue says; if features are not numeric, infinite, too large to be
        scaled, or always missing, or have too many categories; if one seems to identify rows, and `keep` does
        not name it; if the header is a row of data; of images, if a pixel is not a whole number from 0 to
        255; of texts, if there are too few for so many components.
    """
    target = _target(dataset, source, described)
    if target is None:
        raise DataError("no target is known; name the column of the label by 'target'")
    label_at = _position(table, target, "target")
    names = [str(name) for name in table.columns]
    if source.get("header", False):
        known = {*dataset.classes, *(str(raw).strip() for raw in source.get("labels", {}))}
        refuse_data_as_names(names, label_at, known, named=isinstance(target, str))
    if dataset.rows is not None and len(table) < dataset.rows:  # a file cut short may lack whole classes
        raise _wrong_count(table, dataset)
    labels = labels_of(
        table.iloc[:, label_at],
        dataset.classes,
        source,
        source.get("omit_classes", dataset.omit_classes),
        omit_unlabelled=source.get("omit_unlabelled", dataset.omit_unlabelled),
    )
    if labels.hasnans:
        kept_rows = labels.notna().to_numpy()
        table, labels = table[kept_rows].reset_index(drop=True), labels[kept_rows].reset_index(drop=True)
    if dataset.rows not in (None, len(table)):
        raise _wrong_count(table, dataset)
    dropped = _dropped(table, dataset, source, described)
    if label_at in dropped:
        raise DataError(f"column '{names[label_at]}' is the target and cannot be dropped")
    group_column = GroupColumn.from_entry(source["groups"]) if "groups" in source else dataset.groups
    groups_at = {} if group_column is None else _group_positions(table, group_column)
    no_features = {label_at, *dropped, *groups_at.values()}
    features = [i for i in range(table.shape[1]) if i not in no_features]
    if dataset.features not in (None, len(features)):
        raise DataError(f"the data has {len(features)} features, expected {dataset.features}")
    if dataset.image is not None:
        pixels = _pixels(table, features, dataset.image)
        return pixels.assign(**{LABEL: labels})
    categorical = _categorical(table, dataset, source, features)
    text_at = _text_position(table, dataset, features, categorical)
    from_file = source.get("header", False) or not all(name == f"x{i}" for i, name in enumerate(names))
    numbers = numeric(table, [i for i in features if i not in {*categorical, text_at}], header=from_file)
    kept = {_position(table, column, "keep") for column in source.get("keep", dataset.keep)}
    _refuse_identifiers(table, [i for i in features if i not in {*kept, text_at}])
    columns: dict[str, np.ndarray] = {}
    taken = {LABEL, ROW, TRAINED} | (set() if group_column is None else {GROUP})
    for i in features:
        if i == text_at:
            encoded = _components(names[i], table.iloc[:, i], dataset.text, corpus)
        else:
            encoded = {names[i]: numbers[i]} if i in numbers else _one_hot(names[i], table.iloc[:, i])
        for key, column in encoded.items():
            unused = _unused(key, taken)
            taken.add(unused)
            columns[unused] = column
    absent = int(table.iloc[:, features].isna().to_numpy().sum())
    if dataset.missing not in (None, absent):
        raise DataError(f"the data has {absent} missing values, expected {dataset.missing}")
    if notes is not None:
        notes += table.attrs.get(NOTES, ())
        coded = pd.Index(dataset.classes).get_indexer(labels)
        for i in [i for i in features if i not in {*kept, text_at}]:
            values = pd.Series(numbers[i]) if i in numbers else table.iloc[:, i]
            if said := remark(names[i], values, coded, dataset.classes):
                notes.append(said)
            if i not in numbers:
                notes += _notes_on_categories(names[i], values, header=source.get("header", False))
    prepared = pd.DataFrame(columns).assign(**{LABEL: labels})
    if group_column is None:
        return prepared
    return prepared.assign(**{GROUP: _groups(table, group_column, groups_at)})


def _wrong_count(table: pd.DataFrame, dataset: Dataset) -> DataError:
    return DataError(f"the data has {len(table)} rows, expected {dataset.rows}")


def _notes_on_categories(name: str, values: pd.Series, *, header: bool) -> Iterator[str]:
    """Say what of a categorical column may not be meant."""
    if seem_numbers([str(value) for value in values.dropna().unique()]):
        yield f"column '{name}' is categorical, and seems to hold numbers: is decimal ','?"
    if header and (values == name).any():
        yield f"column '{name}' is called as one of its values: is the header a row of data?"


def _categorical(
    table: pd.DataFrame, dataset: Dataset, source: Mapping[str, Any], features: Sequence[int]
) -> set[int]:
    """Find the categorical features: those that the catalogue lists, and those that the file declares.

    An empty list says that there is none, whatever the file declares.
    """
    wanted = source.get("categorical", dataset.categorical)
    if wanted == "all":
        return set(features)
    listed = {_position(table, column, "categorical") for column in wanted or ()}
    if useless := listed - set(features):
        raise DataError(f"column '{table.columns[min(useless)]}' is listed as categorical, but is no feature")
    declared = () if wanted is not None and not wanted else table.attrs.get(NOMINAL, ())
    return listed | ({list(table.columns).index(name) for name in declared} & set(features))


def _refuse_identifiers(table: pd.DataFrame, features: Sequence[int]) -> None:
    found = {}
    for i in features:
        unnamed = i == 0 and bool(table.attrs.get(UNNAMED, False))
        if why := identifier(table.iloc[:, i], unnamed=unnamed):
            found[i] = f"column '{table.columns[i]}' (position {i}) seems to identify the rows: {why}"
    if found:
        line = yaml_line({"drop": [str(table.columns[i]) for i in found]})
        raise DataError(
            f"{'; '.join(found.values())}; a network learns the order of the rows from it. Write {line} or, "
            "if it is a feature, the same with 'keep'"
        )


def _target(dataset: Dataset, source: Mapping[str, Any], described: Mapping[str, Any]) -> str | int | None:
    """Name the column of the label; None where nothing says which it is."""
    target = source.get("target", described.get("target") if dataset.target is None else dataset.target)
    return -1 if target is None and dataset.image is not None else target


def _position(table: pd.DataFrame, column: str | int, key: str) -> int:
    """Find a column by its name or by its position, of which -1 is the last."""
    names = [str(name) for name in table.columns]
    found = find_column(names, column)
    if found is not None:
        return found
    if isinstance(column, int):
        raise DataError(f"{key}: there is no column {column}; the table has {len(names)}, counted from 0")
    near = difflib.get_close_matches(column, names, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else f"; there is {listing(names)}"
    raise DataError(f"{key}: there is no column '{column}'{hint}")


def _dropped(
    table: pd.DataFrame, dataset: Dataset, source: Mapping[str, Any], described: Mapping[str, Any]
) -> set[int]:
    if "drop" in source:
        return {_position(table, column, "drop") for column in source["drop"]}
    # What a source says of itself need not be exact.
    own = [column for column in described.get("drop", ()) if column in table.columns]
    return {_position(table, column, "drop") for column in [*dataset.drop, *own]}


def _group_positions(table: pd.DataFrame, groups: GroupColumn) -> dict[str, int]:
    """Find the columns that name the group of a row."""
    found = {"column": _position(table, groups.column, "groups")}
    return found if groups.within is None else found | {"within": _position(table, groups.within, "groups")}


def _groups(table: pd.DataFrame, groups: GroupColumn, positions: Mapping[str, int]) -> np.ndarray:
    """Number the groups of the rows."""
    names = {key: table.iloc[:, at] for key, at in positions.items()}
    for values in names.values():
        if values.isna().any():
            first = np.flatnonzero(values.isna())[0]
            raise DataError(f"column '{values.name}' names the groups, and row {first} has none")
    if groups.after is not None:
        names["column"] = names["column"].astype(str).str.split(groups.after, n=1, regex=False).str[-1]
    return pd.DataFrame(names).groupby([*names], sort=False).ngroup().to_numpy(np.int64)


def _pixels(table: pd.DataFrame, features: Sequence[int], image: tuple[int, int, int]) -> pd.DataFrame:
    """Give the pixels as bytes; where the table has them as bytes, nothing is copied."""
    if len(features) != math.prod(image):
        expected = " × ".join(str(size) for size in image)
        raise DataError(f"the data has {len(features)} pixels, expected {expected} = {math.prod(image)}")
    frame = table.iloc[:, features]
    if not (frame.dtypes == np.uint8).all():
        numbers = numeric(table, features)
        columns = [_bytes(str(table.columns[i]), i, column) for i, column in numbers.items()]
        frame = pd.DataFrame(np.stack(columns, axis=1))
    return frame.set_axis([f"x{i}" for i in range(len(features))], axis=1)


def _bytes(name: str, position: int, numbers: np.ndarray) -> np.ndarray:
    if not ((numbers >= 0) & (numbers <= 255) & (numbers == np.floor(numbers))).all():
        raise DataError(
            f"column '{name}' (position {position}) holds a pixel that is no whole number from 0 to 255"
        )
    return numbers.astype(np.uint8)


def _one_hot(name: str, values: pd.Series) -> dict[str, np.ndarray]:
    missing = values.isna().to_numpy()
    texts = {raw: label_text(raw) for raw in values[~missing].unique()}
    categories = sorted(set(texts.values()), key=by_value)
    if len(categories) > MOST_CATEGORIES:
        raise DataError(
            f"column '{name}' has {len(categories)} categories, more than {MOST_CATEGORIES}; group them in "
            "the file, such as by their first signs, or list the column in 'drop'"
        )
    found = values.map(texts).astype(object)
    columns = {}
    for category in categories:
        column = (found == category).to_numpy(dtype=np.float64)
        column[missing] = np.nan
        columns[f"{name}={category}"] = column
    return columns


def _text_position(
    table: pd.DataFrame, dataset: Dataset, features: Collection[int], categorical: Collection[int]
) -> int | None:
    """Find the column of texts, if the dataset has one."""
    if dataset.text is None:
        return None
    position = _position(table, dataset.text.column, "text")
    if position not in features or position in categorical:
        reason = "is categorical" if position in categorical else "is no feature"
        raise DataError(f"column '{table.columns[position]}' is named as the text, but {reason}")
    return position


def _components(
    name: str, values: pd.Series, text: TextColumn | None, corpus: pd.DataFrame | None
) -> dict[str, np.ndarray]:
    assert text is not None  # where there is a position, there is a text
    source = values if corpus is None else corpus.iloc[:, _position(corpus, text.column, "text")]
    try:
        vectors = embed(_texts(values), _texts(source), text.components)
    except DataError as error:
        raise DataError(f"column '{name}': {error}") from None
    return {f"{name}.{k}": vectors[:, k] for k in range(text.components)}


def _texts(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in values]


def _unused(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name
