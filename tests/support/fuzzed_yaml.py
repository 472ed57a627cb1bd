"""Mutations of configurations: of their values, of their keys, and of the text that they are written in."""

import copy
import datetime
import json

import yaml
from fuzzing import chance, pick

LONG = "x" * 300
# What may stand where something else is meant.
VALUES = [
    *(None, True, False, 0, -1, 1, 2, 3, 7, 0.5, 1.0, 1.5, -0.0, 0.05, 1e-5, 1e-320, 1e-300, 1e22, 1e300,
      1.7e308),
    *(float("nan"), float("inf"), float("-inf"), 2**31, 2**63, 2**64, 10**30, 10**400),
    *("", " ", "all", "listed", "yes", "1e-3", "0x10", "01", "~", "null", "5", "0.05", "-1", "1_000", "५",
      "1,5"),
    *("../../etc/passwd", "a/b", "a\nb", "a\0b", "a\u202eb", "\x1b[31m", "é", "x y", LONG, "{x}", "$(id)",
      "%s", "\\"),
    *("*", "?", "-", "'", '"', "#", "a: b", "&a", "source.json", "row", "label", ".", "..", "a.csv",
      "b.csv.gz"),
    *("http://[::1", "http://a:99999/x", "https://example.org/a.csv", "http://a/..%2f", "file:///etc/passwd"),
    *("baseline", "remix", "smote", "balanced", "focal", "ldam", "image", "merged", "kept", "skip",
      "fail", "csv"),
    *([], {}, [[]], [None], [1], [0.05], ["a"], [1, "1"], [1, True], [0.05, 0.05], [0.1, 0.10], ["a",
      ["b"]], [1e-320]),
    *({"a": 1}, {1: 2}, {None: 1}, {True: 1}, {"tables": 0.1, "images": 0.2}, {"smote": {}},
      {"balanced": None}),
    *(datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4), b"bytes", {"a", "b"}),
]  # fmt: skip
KEYS = [
    "",
    " ",
    "a b",
    "x\ny",
    "é",
    LONG,
    "<<",
    "__proto__",
    "titel",
    "1",
    1,
    0.5,
    None,
    True,
    "row",
    "-",
    "a/b",
    "..",
]
# Pieces of text that mean something in YAML, or nothing.
PIECES = [
    *("\t", "\r", "\0", "\x07", "\x85", "\u2028", "\ufeff", ":", ": ", "- ", "#", " #", "[", "]", "{",
      "}", ",", "&a ", "*a"),
    *("!!str ", "!!python/tuple ", "!!python/object/apply:os.getcwd []", "!!set ", "!!binary ", "!x ",
      "!!int x", "!!float "),
    *("|", ">", "'", '"', "%YAML 1.1\n", "---\n", "...\n", "\n\n", "? ", "<<: ", "2020-13-01",
      "0x" + "f" * 5000, "9" * 5000),
    *("1:30:61", "0o17", "017", "0b2", ".nan", "-.inf", "=", "@", "`", "[" * 200, "{" * 60, "é", "\x1b",
      "\\x", "~", "null"),
]  # fmt: skip


def paths(tree, keys=()):
    """Give the keys that lead to every value of a tree, without those of the tree itself."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        yield (*keys, key)
        yield from paths(value, (*keys, key))


def at(tree, keys):
    """Give the value that keys lead to."""
    for key in keys:
        tree = tree[key]
    return tree


def closed(tree, keys):
    """Tell whether a mapping may have no keys but those of the schema: the user names nothing in it."""
    if not isinstance(at(tree, keys), dict):
        return False
    named = keys in (("datasets",), ("methods",)) or keys[-1:] in (("labels",), ("sha256",), ("tasks",))
    return not named or keys == ("study", "tasks")


def mutated(rng, tree):
    """Change one thing in a tree; give the new tree, and whether it must be refused."""
    tree = copy.deepcopy(tree)
    every = list(paths(tree))
    if not every:
        return tree, False
    # The deeper half of a catalogue is most of it; what is above must have its turn too.
    keys = pick(rng, every)[: int(rng.integers(1, 7))]
    above, last = at(tree, keys[:-1]), keys[-1]
    match int(rng.integers(9)):
        case 0 | 1 | 2:
            above[last] = copy.deepcopy(pick(rng, VALUES))
        case 3:
            del above[last]
        case 4 if isinstance(above, dict):
            stray, known = misspelt(rng, last), closed(tree, keys[:-1])
            fresh = stray not in above and isinstance(stray, str)
            tree = renamed(tree, keys, stray) if chance(rng, 0.5) else tree
            at(tree, keys[:-1]).setdefault(stray, above.get(last))
            return tree, known and fresh
        case 5:
            inside = [(), *(path for path in every if isinstance(at(tree, path), dict))]
            place, key = pick(rng, inside), pick(rng, KEYS)
            known = closed(tree, place) and key not in at(tree, place)
            at(tree, place)[key] = copy.deepcopy(pick(rng, VALUES))
            return tree, known
        case 6 if isinstance(above[last], list) and above[last]:
            entries = above[last]
            above[last] = pick(
                rng, [entries * 2, entries[::-1], entries[:-1], [*entries, pick(rng, VALUES)], [entries], []]
            )
        case 7 if isinstance(above[last], int | float) and not isinstance(above[last], bool):
            number = above[last]
            above[last] = pick(
                rng, [-number, number + 1, number - 1, number * 1e9, str(number), float(number), [number]]
            )
        case _:
            above[last] = copy.deepcopy(at(tree, pick(rng, every)))
    return tree, False


def misspelt(rng, name):
    """Write a name as people do who are in a hurry."""
    if not isinstance(name, str) or len(name) < 3:
        return f"{name}x"
    i = int(rng.integers(len(name) - 1))
    swapped = name[:i] + name[i + 1] + name[i] + name[i + 2 :]
    return pick(
        rng,
        [
            swapped,
            name[:i] + name[i + 1 :],
            name[:i] + name[i] + name[i:],
            name.upper(),
            f"{name} ",
            f"{name}s",
        ],
    )


def renamed(tree, keys, name):
    """Give a tree in which one key has another name, at its place."""
    key, *below = keys
    if isinstance(tree, list):
        return [renamed(value, below, name) if i == key and below else value for i, value in enumerate(tree)]
    return {
        (name if k == key and not below else k): renamed(value, below, name) if k == key and below else value
        for k, value in tree.items()
    }


def garbled(rng, text):
    """Change a text without regard to what it means; gives bytes."""
    for _ in range(int(rng.integers(1, 4))):
        lines = text.split("\n")
        i, at_ = int(rng.integers(len(lines))), int(rng.integers(len(text) + 1))
        match int(rng.integers(9)):
            case 0 | 1 | 2:
                text = text[:at_] + pick(rng, PIECES) + text[at_:]
            case 3:
                text = text[:at_] + text[at_ + int(rng.integers(1, 20)) :]
            case 4:
                text = "\n".join([*lines[: i + 1], *lines[i:]])
            case 5:
                text = "\n".join([*lines[:i], " " * int(rng.integers(1, 4)) + lines[i], *lines[i + 1 :]])
            case 6:
                text = "\n".join([*lines[:i], lines[i].lstrip(), *lines[i + 1 :]])
            case 7:
                text = text[:at_]
            case 8:
                line, colon, value = lines[i].partition(": ")
                text = "\n".join([*lines[:i], f"{line}{colon}{pick(rng, PIECES)}{value}", *lines[i + 1 :]])
    content = text.encode(pick(rng, ["utf-8"] * 8 + ["utf-16", "latin-1"]), "replace")
    if chance(rng, 0.1):
        cut = int(rng.integers(len(content) + 1))
        content = (
            content[:cut]
            + bytes(rng.integers(0, 256, int(rng.integers(1, 4)), dtype="uint8"))
            + content[cut:]
        )
    return content


def rewritten(rng, tree):
    """Write a tree in another form that means the same; gives bytes."""
    flow = pick(rng, [None, True, False])
    style = pick(rng, [None, None, '"', "'"])
    if chance(rng, 0.15):
        return json.dumps(tree, indent=pick(rng, [None, 2]), ensure_ascii=chance(rng, 0.5)).encode()
    text = yaml.safe_dump(
        tree, default_flow_style=flow, default_style=style, sort_keys=False, width=10**6,
        allow_unicode=chance(rng, 0.5),
        indent=pick(rng, [2, 4, 7]), explicit_start=chance(rng, 0.2), explicit_end=chance(rng, 0.2),
    )  # fmt: skip
    lines = text.split("\n")
    if chance(rng, 0.5):
        lines = [
            f"{line}  # said twice: 1" if line and not line.startswith(("---", "...")) else line
            for line in lines
        ]
    if chance(rng, 0.5):
        lines = [
            piece for line in lines for piece in (line, *(["", "   # nothing"] if chance(rng, 0.1) else []))
        ]
    text = pick(rng, ["\n", "\n", "\r\n"]).join(lines)
    return (b"\xef\xbb\xbf" if chance(rng, 0.15) else b"") + text.encode()


def bomb(rng):
    """Write a small text whose aliases stand for a lot."""
    width, depth, kind = (
        int(rng.integers(2, 11)),
        int(rng.integers(3, 12)),
        pick(rng, ["list", "merge", "keys"]),
    )
    lines = ["a0: &a0 [x, x]" if kind == "list" else "a0: &a0 {x: 1, y: 2}"]
    for i in range(1, depth):
        aliases = [f"*a{i - 1}"] * width
        match kind:
            case "list":
                lines.append(f"a{i}: &a{i} [{', '.join(aliases)}]")
            case "merge":
                lines.append(f"a{i}: &a{i} {{<<: [{', '.join(aliases)}], k{i}: 1}}")
            case "keys":
                lines.append(
                    f"a{i}: &a{i} {{{', '.join(f'k{k}: {alias}' for k, alias in enumerate(aliases))}}}"
                )
    return ("\n".join(lines) + "\n").encode()
