"""Have the raw files of a dataset: placed by the user, or from the first source that gives what it should.

Rules are made at every start of Snakemake, so what only `fetch` needs is imported when it is called.
"""

import contextlib
import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remix.errors import RemixError, SourceError, one_line
from remix.study.data.catalogue import Dataset
from remix.study.data.sources.downloading import Network
from remix.study.data.sources.folders import digest_of, images_in, state_of
from remix.study.data.sources.names import RECORD, describe, download_names, kind, part_names
from remix.study.running.disk import is_full_or_locked

# Size, time of change and SHA-256 of local files, by a name that does not depend on the data folder's place.
Fingerprints = dict[str, tuple[int, int, str]]


@dataclass(frozen=True)
class _Candidate:
    """One way to have a dataset: the files that the user placed for a source, or the source itself."""

    index: int
    origin: str
    name: str
    local: Mapping[str, Path]  # files of this machine that it reads
    own: bool  # whether the user has the file, or has to: no network is to blame


def fetch(
    dataset: Dataset, folder: Path, data_dir: Path, network: Network, on_missing: str, stamp: str
) -> dict[str, Any]:
    """Fill a folder with the raw files of a dataset, and with a record of where they are from.

    Placed files come first, then the sources in order. Each is taken only if it has the right SHA-256, can be
    read, and is what the catalogue expects once it is prepared; otherwise the next one is tried.

    Parameters
    ----------
    dataset : Dataset
        Its catalogue entry.
    folder : pathlib.Path
        Takes the raw files and ``source.json``. It is replaced as a whole at the end, or left alone. Beside
        it, ``.{folder}.json`` keeps what `ticket` needs; what there is of a download that broke off lies in
        ``../partial/``, and is removed once the dataset is there.
    data_dir : pathlib.Path
        Files in ``data_dir/{dataset}`` are taken first, for the first source all of whose files lie there.
    network : Network
        Time-outs and retries.
    on_missing : {'skip', 'fail'}
        What to do when the network gives nothing that works: write a record that says so, or raise.
    stamp : str
        What `ticket` gave for this run.

    Returns
    -------
    dict
        The record, as written: ``available``; ``source``, the index of the source, ``origin`` ('placed' or
        'source'), ``kind`` and ``described`` (what the source says of its columns), each None where nothing
        worked; ``files``, SHA-256 by name; ``notes``, sentences on what is suspicious in the data;
        ``classes``, rows by label, where it works;
        ``attempts``, what was tried in vain: dicts of ``source`` and ``reason``; ``ticket``, the stamp.

    Raises
    ------
    SourceError
        If nothing works, and ``on_missing`` is 'fail' or a file of the user's is there and cannot be used, or
        all sources are files; the text has every reason, in one line.
    """
    logger = logging.getLogger("remix")
    record: dict[str, Any] = {
        "available": False,
        "source": None,
        "origin": None,
        "kind": None,
        "described": None,
        "files": {},
        "notes": [],
        "attempts": [],
        "ticket": stamp,
    }
    entry, local = _entry_digest(dataset), _fingerprints(_candidates(dataset, data_dir), {})
    # A fixed name, which no dataset has, so that what a killed run left behind is found.
    work = folder.parent / f".{folder.name}.part"
    unfinished = folder.parent.parent / "partial" / folder.name
    shutil.rmtree(work, ignore_errors=True)
    own_faults: list[str] = []
    try:
        raw = work / "none"
        raw.mkdir(parents=True)
        for number, candidate in enumerate(_candidates(dataset, data_dir)):
            logger.info(f"trying {candidate.name}")
            raw = work / str(number)
            try:
                record |= _try(candidate, dataset, raw, network, unfinished)
            except (RemixError, OSError) as error:
                if is_full_or_locked(error):  # no other source would help
                    raise
                reason = one_line(error)
                record["attempts"].append({"source": candidate.name, "reason": reason})
                own_faults += [f"{candidate.name}: {reason}"] if candidate.own else []
                logger.warning(f"{candidate.name}: {reason}")
                continue
            logger.info(f"taken: {', '.join(record['files'])}")
            for note in record["notes"]:
                logger.warning(note)
            shutil.rmtree(unfinished, ignore_errors=True)
            break
        else:
            raw = work / "none"
            if own_faults:
                raise SourceError(_cannot_be_read(dataset, own_faults))
            if on_missing == "fail":
                raise SourceError(_nothing_worked(dataset, data_dir, record["attempts"]))
            logger.warning(
                "no source works; the cells of this dataset are left out, and the next run tries again"
            )
        _write_json(raw / RECORD, record)
        _replace(folder, raw, work / "old")
        state = {key: record[key] for key in ("available", "source", "origin", "ticket")}
        _write_json(work / "state", state | {"entry": entry, "local": local})
        (work / "state").replace(_state_path(folder))
    finally:
        shutil.rmtree(work, ignore_errors=True)
        for empty in (unfinished, unfinished.parent):
            with contextlib.suppress(OSError):  # something lies in it, or it is not there
                empty.rmdir()
    return record


def ticket(dataset: Dataset, data_dir: Path, folder: Path) -> str:
    """Give a text that changes when, and only when, the dataset should be fetched again.

    That is: when the entry in the catalogue has changed (but for its title and tasks); when a file that comes
    before what was taken, placed by the user or named by a ``file`` source, is new or has another content;
    or when the last run got nothing. Files that are gone are no reason: the copies are kept.

    Parameters
    ----------
    dataset : Dataset
        Its catalogue entry.
    data_dir : pathlib.Path
        Folder of placed files.
    folder : pathlib.Path
        Where `fetch` puts the raw files and its record.

    Returns
    -------
    str
        For data that is there and up to date, the stamp that it was fetched with; otherwise a new one, which
        stays the same until `fetch` has ended, even if the folder is removed before.
    """
    state = _read_json(_state_path(folder), {"available", "source", "origin", "ticket", "entry", "local"})
    candidates = list(_candidates(dataset, data_dir))
    if state is None:
        return _digest([_entry_digest(dataset), _contents(_fingerprints(candidates, {}))])
    old: Fingerprints = state["local"]
    usable = state["available"] and state["entry"] == _entry_digest(dataset)
    if usable:
        candidates = list(_up_to(candidates, state))
    now = _fingerprints(candidates, old)
    if usable and _contents(now).items() <= _contents(old).items():
        return str(state["ticket"])
    return _digest([_entry_digest(dataset), _contents(now), state["ticket"]])


def read_source(folder: Path) -> dict[str, Any] | None:
    """Read the record that `fetch` left in a folder; None if there is none, or none that can be used."""
    return _read_json(folder / RECORD, {"available", "ticket"})


def _try(
    candidate: _Candidate, dataset: Dataset, raw: Path, network: Network, unfinished: Path
) -> dict[str, Any]:
    """Fill the folder `raw` from one candidate; give its part of the record."""
    from remix.study.data.columns import LABEL
    from remix.study.data.preparation import read_and_prepare
    from remix.study.data.sources.collecting import collect
    from remix.study.data.sources.downloading import download
    from remix.study.data.sources.folders import pack

    source = dataset.sources[candidate.index]
    raw.mkdir()
    downloads = raw.with_name(f"{raw.name}-downloads")
    downloads.mkdir()
    if candidate.origin == "placed":
        described, paths = {}, list(candidate.local.values())
        for i, path in enumerate(paths):
            if path.is_dir():
                paths[i] = downloads / path.name
                pack(path, paths[i])
    else:
        described = download(source, downloads, network, unfinished)
        order = {name: place for place, name in enumerate(download_names(source))}
        # A package has no name that is known before; its file is the only one.
        paths = sorted(downloads.iterdir(), key=lambda path: order.get(path.name, 0))
    names = collect(paths, source, raw)
    notes: list[str] = []
    prepared = read_and_prepare(raw, names, dataset, source, described, notes)
    return {
        "available": True,
        "source": candidate.index,
        "origin": candidate.origin,
        "kind": kind(source),
        "described": described,
        "files": {name: digest_of(raw / name) for name in names},
        "classes": {str(label): int(rows) for label, rows in prepared[LABEL].value_counts().items()},
        "notes": notes,
    }


def _candidates(dataset: Dataset, data_dir: Path) -> Iterator[_Candidate]:
    """Give all ways to have a dataset, in the order in which they are tried."""
    placed = data_dir / dataset.name
    for index, source in enumerate(dataset.sources):
        try:
            choices = [part_names(source), download_names(source)]
        except SourceError:  # a name that cannot be used: trying the source will say so
            continue
        for names in choices:
            paths = {f"placed/{name}": placed / name for name in names}
            if paths and all(_is_there(path, source) for path in paths.values()):
                shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
                yield _Candidate(index, "placed", f"placed {shown}", paths, own=True)
                break
        else:
            # The folders of the classes may also lie there themselves.
            if _is_there(placed, source):
                yield _Candidate(index, "placed", f"placed {placed.name}/", {"placed/": placed}, own=True)
    for index, source in enumerate(dataset.sources):
        path = Path(source["file"]) if "file" in source else None
        local = {f"file/{path}": path} if path is not None and _is_there(path, source) else {}
        own = bool(local) or all("file" in each for each in dataset.sources)
        yield _Candidate(index, "source", describe(source), local, own)


def _is_there(path: Path, source: Mapping[str, Any]) -> bool:
    """Tell whether there is a file or, for a source that is one, a folder of images."""
    return path.is_file() or (source.get("format") == "folder" and bool(images_in(path)))


def _up_to(candidates: list[_Candidate], state: Mapping[str, Any]) -> Iterator[_Candidate]:
    """Give the candidates that come before the one that was taken, and that one."""
    taken = (state["origin"] == "source", state["source"])
    return (c for c in candidates if (c.origin == "source", c.index) <= taken)


def _fingerprints(candidates: Iterator[_Candidate] | list[_Candidate], known: Fingerprints) -> Fingerprints:
    """Give the fingerprints of all local files; only those that seem changed are read."""
    found: Fingerprints = {}
    for key, path in ((key, path) for candidate in candidates for key, path in candidate.local.items()):
        size, changed, digest = known.get(key, (None, None, ""))
        try:
            state = state_of(path)
            if (size, changed) != state:
                digest = digest_of(path)
            found[key] = (*state, digest)
        except OSError:  # trying to read it will say why
            found[key] = (0, 0, "unreadable")
    return found


def _contents(fingerprints: Fingerprints) -> dict[str, str]:
    return {key: digest for key, (_, _, digest) in fingerprints.items()}


def _entry_digest(dataset: Dataset) -> str:
    """Give a digest of all that decides which source is taken."""
    keys = ["sources", "classes", "target", "drop", "categorical", "rows", "features"]
    # Tables are not fetched again because these came to be known.
    later = ("image", "text", "groups", "keep", "omit_classes", "omit_unlabelled")
    keys += [key for key in later if getattr(dataset, key)]
    return _digest(
        [getattr(dataset, key) or () if key == "categorical" else getattr(dataset, key) for key in keys]
    )


def _digest(value: Any) -> str:
    text = json.dumps(canonical(value), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def canonical(value: Any) -> Any:
    """Copy with keys of one type, which JSON can sort: raw labels are numbers and texts.

    >>> canonical({"labels": {1: "red", "b": "blue"}})
    {'labels': {'1': 'red', 'b': 'blue'}}
    """
    if isinstance(value, Mapping):
        return {str(key): canonical(entry) for key, entry in value.items()}
    return [canonical(entry) for entry in value] if isinstance(value, list | tuple) else value


def _state_path(folder: Path) -> Path:
    """Name the file of the state: not in the folder, which Snakemake removes before it fetches again."""
    return folder.with_name(f".{folder.name}.json")


def _read_json(path: Path, keys: set[str]) -> dict[str, Any] | None:
    """Read a mapping with certain keys from a file; None if there is no such thing."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return content if keys <= content.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _cannot_be_read(dataset: Dataset, faults: list[str]) -> str:
    remedy = f"correct the file or its entry, datasets.{dataset.name}, or leave its tasks out of study.tasks"
    return f"{dataset.name}: its own file cannot be used: {'; '.join(faults)}; {remedy}"


def _nothing_worked(dataset: Dataset, data_dir: Path, attempts: list[dict[str, str]]) -> str:
    reasons = "; ".join(f"{attempt['source']}: {attempt['reason']}" for attempt in attempts)
    remedy = f"place its files in {data_dir / dataset.name}, or set on_missing=skip to leave it out"
    return f"{dataset.name}: no source works ({reasons}); {remedy}"


def _replace(folder: Path, new: Path, old: Path) -> None:
    """Move a folder into place; the one that is there, if any, is moved out of the way first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
