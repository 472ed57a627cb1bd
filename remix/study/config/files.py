"""Configuration files: which of them sets a key, and in which line."""

import copy
import functools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from remix.errors import ConfigError, one_line
from remix.study.code import ROOT
from remix.study.config.messages import KeyPath, Problem, dotted

# What the default study is merged from, in this order.
DEFAULT_FILES = (
    ROOT / "config" / "config.yaml",
    ROOT / "config" / "datasets.yaml",
    ROOT / "remix" / "methods.yaml",
)
# The C parser is about ten times as fast, but PyYAML does not always come with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Message(NamedTuple):
    """A line for the user, in the order of files and lines."""

    file: int
    line: int
    text: str


class ConfigFiles:
    """The files that a configuration was merged from.

    Parameters
    ----------
    files : sequence of path-like
        In the order of merging: later ones win, and of a file that is named twice the later place counts.

    Raises
    ------
    ConfigError
        If a file cannot be read, or is not a YAML mapping; one line per file.
    """

    def __init__(self, files: Sequence[str | os.PathLike[str]]) -> None:
        self._files: list[_File] = []
        self._paths: list[Path] = []
        errors = []
        last_first = dict.fromkeys(Path(path).absolute() for path in reversed(files))
        for path in reversed(last_first):
            try:
                self._files.append(_file(path))
                self._paths.append(path)
            except ConfigError as error:
                errors.append(one_line(error))
        if errors:
            raise ConfigError("\n".join(errors))

    def duplicates(self) -> list[Message]:
        """Tell of keys that stand twice in a mapping, of which YAML silently takes the last."""
        return [
            Message(i, line, f"{file.name}:{line}: {text}")
            for i, file in enumerate(self._files)
            for line, text in file.duplicates
        ]

    def sorted_like(self, entries: Mapping[str, Any], section: str) -> dict[str, Any]:
        """Sort the entries of a section as the files have them, those of earlier files first.

        Snakemake merges what overlays add in front of the rest. Entries that are in no file come last.
        """
        written = [name for file in self._files for name in file.value.get(section) or ()]
        first = {name: position for position, name in reversed(list(enumerate(written)))}
        return dict(sorted(entries.items(), key=lambda entry: first.get(entry[0], len(written))))

    def ineffective(self, merged: Mapping[str, Any]) -> list[Message]:
        """Tell of empty mappings in the place of a value, which merging leaves as it was."""
        found = []
        for i, file in enumerate(self._files):
            for keys in _empty_mappings(file.value):
                depth, _ = _first_replaced(keys, merged)
                if depth is not None:
                    text = f"{dotted(keys[:depth])}: a mapping changes nothing here; write what it shall be"
                    line = file.line(keys[:depth])
                    found.append(Message(i, line or 0, f"{file.name}:{line}: {text}, not {{}}"))
        return found

    def message(self, problem: Problem, merged: Mapping[str, Any]) -> Message:
        """Put a problem of the merged configuration into a line that names file, line and key."""
        found = self._locate(problem.place, merged)
        where = f"{dotted(problem.keys)}: " if problem.keys else ""
        if found is None:
            text = problem.on_command_line or problem.text
            return Message(len(self._files), 0, f"--config: {where}{text}")
        i, line = found
        return Message(i, line, f"{self._files[i].name}:{line}: {where}{problem.text}")

    def setter(self, keys: KeyPath, merged: Mapping[str, Any]) -> Path | None:
        """Give the absolute path of the file that sets a value; None if the value is from no file."""
        found = self._locate(keys, merged)
        return None if found is None else self._paths[found[0]]

    def _locate(self, keys: KeyPath, merged: Mapping[str, Any]) -> tuple[int, int] | None:
        """Find the last file that sets a key, and the line; None if the value is from no file."""
        if not keys:
            return (0, 1) if self._files else None
        for i in reversed(range(len(self._files))):
            line = self._files[i].line(keys)
            if line is not None:
                # Merging replaces whatever is not a mapping, so such a value is this file's or --config's.
                depth, value = _first_replaced(keys, merged)
                return (i, line) if depth is None or self._files[i].has(keys[:depth], value) else None
        return None


def read_overlay(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read one configuration file.

    Raises
    ------
    ConfigError
        If it cannot be read, or is not a YAML mapping.
    """
    return dict(_file(Path(path).absolute()).value)


def merged_files(paths: Iterable[str | os.PathLike[str]]) -> dict[str, Any]:
    """Read configuration files and merge them, later ones over earlier ones.

    Raises
    ------
    ConfigError
        As `read_overlay`.
    """
    # Copied: what is read is kept, for other studies that are merged from the same files.
    return copy.deepcopy(functools.reduce(overlaid, map(read_overlay, paths), {}))


def overlaid(config: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as Snakemake does: mappings key by key, everything else is replaced."""
    merged = dict(config)
    for key, value in overlay.items():
        below = merged.get(key)
        if isinstance(value, Mapping):
            merged[key] = overlaid(below if isinstance(below, Mapping) else {}, value)
        else:
            merged[key] = value
    return merged


def _file(path: Path) -> "_File":
    """Read a file."""
    name = _short(path)
    try:
        return _parsed(name, path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from None


@functools.lru_cache(maxsize=32)
def _parsed(name: str, content: bytes) -> "_File":
    """Parse a file; the same content once, for all protocols of an audit are merged from the same files."""
    return _File(name, content)


def check_files(paths: Iterable[str | os.PathLike[str]]) -> None:
    """Check that configuration files are YAML mappings, before Snakemake reads them.

    Of what cannot be read, Snakemake says neither file nor line, or shows a traceback.

    Raises
    ------
    ConfigError
        As `ConfigFiles`.
    """
    ConfigFiles(list(paths))


class _File:
    """One file as a tree of YAML nodes, which know their lines."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        try:
            # YAML may be UTF-16 too; Snakemake reads UTF-8 only.
            text = content.decode()
            self.root = yaml.compose(text, Loader=LOADER)
            # Constructing changes nodes with merge keys (<<), so look for duplicates first.
            self.duplicates = list(self._duplicates(self.root, ())) if self.root else []
            self.value = _construct(self.root) if self.root else {}
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f":{mark.line + 1}" if mark else ""
            reason = ", ".join(part for part in (error.context, error.problem) if part)
            hint = " (a tab? indent with spaces)" if "cannot start any token" in reason else ""
            raise ConfigError(f"{self.name}{line}: this is not valid YAML: {reason}{hint}") from None
        except yaml.YAMLError as error:
            reason = getattr(error, "reason", None) or str(error).splitlines()[0]
            raise ConfigError(f"{self.name}: this is not valid YAML: {reason}") from None
        except UnicodeDecodeError as error:
            byte = f"byte {error.object[error.start]:#04x} at {error.start}"
            raise ConfigError(
                f"{self.name}: this is not valid YAML: {byte} is not UTF-8; convert it"
            ) from None
        except ValueError as error:  # such as a date in month 13
            raise ConfigError(f"{self.name}: this is not valid YAML: {error}") from None
        if not isinstance(self.value, dict):
            line, kind = self.root.start_mark.line + 1, _node_kind(self.root)
            raise ConfigError(
                f"{self.name}:{line}: the file must be a mapping (lines 'key: value'), not {kind}"
            )

    def line(self, keys: KeyPath) -> int | None:
        """Give the line of a key or list entry, counted from 1; None if the file does not set it."""
        node, at = self.root, self.root
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                # Later pairs win, as they do when YAML is read; merged pairs (<<) come first.
                pairs = [pair for pair in node.value if _construct(pair[0]) == key]
                if not pairs:
                    return None
                at, node = pairs[-1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                at = node = node.value[key]
            else:
                return None
        return None if at is None else at.start_mark.line + 1

    def has(self, keys: KeyPath, value: Any) -> bool:
        """Tell whether the file sets a key to this very value."""
        found = self.value
        for key in keys:
            found = found[key]
        return repr(found) == repr(value)  # unlike ==, this finds NaN equal to itself, and 1 not to be true

    def _duplicates(self, node: yaml.Node, keys: KeyPath) -> Iterator[tuple[int, str]]:
        if isinstance(node, yaml.MappingNode):
            lines: dict[Any, int] = {}
            for key_node, value_node in node.value:
                if not isinstance(key_node, yaml.ScalarNode):
                    continue  # Such a key is refused when the value is constructed.
                key = _construct(key_node)
                line = key_node.start_mark.line + 1
                if key in lines and key_node.tag != "tag:yaml.org,2002:merge":
                    where = dotted((*keys, key))
                    yield line, f"{where}: the key stands twice here, first in line {lines[key]}; keep one"
                lines.setdefault(key, line)
                yield from self._duplicates(value_node, (*keys, key))
        elif isinstance(node, yaml.SequenceNode):
            for i, entry in enumerate(node.value):
                yield from self._duplicates(entry, (*keys, i))


def _construct(node: yaml.Node) -> Any:
    """Give the value of a node; a merge key (<<) is its own value."""
    if node.tag in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
        return node.value
    return yaml.constructor.SafeConstructor().construct_document(node)


def _empty_mappings(value: Any, keys: KeyPath = ()) -> Iterator[KeyPath]:
    """Find the empty mappings that lie in mappings."""
    if isinstance(value, dict):
        if not value and keys:
            yield keys
        for key, entry in value.items():
            yield from _empty_mappings(entry, (*keys, key))


def _first_replaced(keys: KeyPath, merged: Any) -> tuple[int | None, Any]:
    """Find how many keys lead to the first value that is not a mapping, and that value."""
    value = merged
    for depth, key in enumerate(keys, start=1):
        if key not in value:  # such as what a template of Snakemake's left out
            return None, None
        value = value[key]
        if not isinstance(value, dict):
            return depth, value
    return None, None


def _node_kind(node: yaml.Node) -> str:
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single value"


def _short(path: Path) -> str:
    """Name a file relative to the working directory where it lies below it."""
    here = Path.cwd()
    return one_line(path.relative_to(here) if path.is_relative_to(here) else path)
