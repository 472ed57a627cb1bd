"""Validation of a configuration against the JSON schemas, in words for people."""

import functools
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from remix.study.config.files import LOADER
from remix.study.config.messages import KeyPath, Problem, kind, listing, nearest, shown, unknown

_NOUNS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}
_BOUNDS = {
    "exclusiveMinimum": "greater than",
    "minimum": "at least",
    "exclusiveMaximum": "less than",
    "maximum": "at most",
}
_NESTED_NUMBERS = (
    "--config makes strings of nested numbers; write it into a file and give that with --configfile"
)


def schema_problems(config: Mapping[str, Any], schemas: Path, checked: Collection[str] = ()) -> list[Problem]:
    """Validate a configuration.

    Parameters
    ----------
    config : mapping
        The merged configuration, of plain dicts and lists.
    schemas : pathlib.Path
        Folder of ``config.schema.yaml`` and the schemas that it refers to.
    checked : collection of str
        Sections that are known to fit; they are left out.

    Returns
    -------
    list of Problem
        Empty if the configuration fits.
    """
    contents, registry = _schemas(schemas)
    schema = contents["config.schema.yaml"]
    schema = schema | {"required": [section for section in schema["required"] if section not in checked]}
    unchecked = {section: value for section, value in config.items() if section not in checked}
    validator = _Validator(schema, registry=registry)
    return [problem for error in validator.iter_errors(unchecked) for problem in _explain(error)]


@functools.cache
def _schemas(folder: Path) -> tuple[dict[str, dict[str, Any]], "Registry[Any]"]:
    """Read the schemas once, however many studies an audit has."""
    contents = {path.name: _read(path) for path in sorted(folder.glob("*.schema.yaml"))}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(content, default_specification=DRAFT202012))
        for name, content in contents.items()
    )
    return contents, registry


def _read(path: Path) -> dict[str, Any]:
    schema = yaml.load(path.read_bytes(), Loader=LOADER)
    # jsonschema would go back from `_Validator` to its own class wherever a schema names its dialect.
    del schema["$schema"]
    return dict(schema)


def _is_integer(_: Any, value: Any) -> bool:
    # JSON schema counts 10.0 as an integer; range(10.0) does not.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: Any, value: Any) -> bool:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and abs(value) <= sys.float_info.max  # neither NaN nor infinite


_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_integer, "number": _is_number}
    ),
)


def _explain(error: jsonschema.ValidationError, choices: str | None = None) -> Iterator[Problem]:
    """Turn an error into problems; `choices` says what else is allowed in its place."""
    keys = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        text = f"{shown(error.instance)} is not allowed as a name here; it must be {_expected(error.schema)}"
        yield Problem(keys, text, at=(*keys, error.instance))
    elif error.validator == "anyOf":
        yield from _explain_alternatives(error, keys)
    elif error.validator == "additionalProperties":
        allowed = error.schema["properties"]
        for key in error.instance:
            if key not in allowed:
                yield Problem(keys, unknown("key", key, allowed), at=(*keys, key))
    elif error.validator == "required":
        names = error.schema.get("properties", {})
        meant = {nearest(key, names) for key in error.instance if key not in names}
        for key in error.validator_value:
            if key not in error.instance and key not in meant:
                yield Problem(keys, f"the key '{key}' is missing")
    elif error.validator == "type":
        yield _wrong_type(keys, error.instance, error.schema, choices)
    elif error.validator == "enum":
        if isinstance(error.instance, str):  # otherwise the type is wrong, which is said
            yield Problem(keys, unknown("value", error.instance, error.validator_value, choices))
    elif error.validator != "oneOf" or isinstance(error.instance, dict):
        yield Problem(keys, _TEXTS[error.validator](error.instance, error.schema))


def _explain_alternatives(error: jsonschema.ValidationError, keys: KeyPath) -> Iterator[Problem]:
    """Explain why a value fits none of several forms, by the form that has its type."""
    numbers = [each for each in error.validator_value if each.get("type") in ("integer", "number")]
    if numbers and _decimal(error.instance) is not None:
        yield _wrong_type(keys, error.instance, numbers[0], None)
        return
    branches: dict[Any, list[jsonschema.ValidationError]] = {}
    for sub in error.context or ():
        branches.setdefault(sub.relative_schema_path[0], []).append(sub)
    for errors in branches.values():
        if not any(sub.validator == "type" and not sub.relative_path for sub in errors):
            for sub in errors:
                yield from _explain(sub, None if sub.relative_path else error.schema["description"])
            return
    yield _wrong_type(keys, error.instance, error.schema, None)


def _wrong_type(keys: KeyPath, value: Any, schema: Mapping[str, Any], choices: str | None) -> Problem:
    types = schema.get("type", "")
    expected = choices or _expected(schema)
    instead = None
    if value is None:
        text = f"there is no value; it must be {expected}"
    elif isinstance(value, list | dict):
        text = f"{shown(value)} is not allowed; it must be {expected}"
    elif types in ("integer", "number") and (number := _decimal(value)) is not None:
        text = _number_in_string(value, number, types, expected)
        instead = f"{shown(value)} is a string, for {_NESTED_NUMBERS}"
    elif types in ("integer", "number") and isinstance(value, int | float) and not isinstance(value, bool):
        noun = "a whole number" if types == "integer" else "a finite number"
        text = f"{shown(value)} is not {noun}; it must be {expected}"
    else:
        text = f"{shown(value)} is {kind(value)}; it must be {expected}"
        if types == "string" and "enum" not in schema:
            text += "; put it in quotes if it is meant so"
        elif types == "array" and "description" not in schema:
            text += f", such as [{value}]"
    return Problem(keys, text, on_command_line=instead)


def _number_in_string(value: str, number: Decimal, types: str, expected: str) -> str:
    if types == "integer":
        if number != int(number):
            return f"{shown(value)} is not a whole number; it must be {expected}"
        return f"{shown(value)} is a string; write {int(number)} without quotes"
    plain = format(number, "f")
    mantissa, _, exponent = value.strip().lower().partition("e")
    if exponent:
        scientific = f"{mantissa}{'' if '.' in mantissa else '.0'}e{int(exponent):+d}"
        return f"{shown(value)} is a string in YAML; write {plain} or {scientific}"
    return f"{shown(value)} is a string; write {plain} without quotes"


def _decimal(value: Any) -> Decimal | None:
    """Read a finite number that stands in a string."""
    try:
        number = Decimal(value) if isinstance(value, str) else Decimal("nan")
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _expected(schema: Mapping[str, Any]) -> str:
    """Complete the sentence 'it must be …'."""
    if "description" in schema:
        return str(schema["description"])
    if "enum" in schema:
        return listing(schema["enum"])
    types = schema["type"]
    noun = listing(_NOUNS[name] for name in ([types] if isinstance(types, str) else types))
    if types == "object" and "properties" in schema:
        keys = schema["properties"]
        return f"{noun} with the {'key' if len(keys) == 1 else 'keys'} {listing(keys, 'and')}"
    bounds = _bounds(schema)
    return f"{noun}{' of' if bounds.startswith('at') else ''} {bounds}" if bounds else noun


def _bounds(schema: Mapping[str, Any]) -> str:
    return " and ".join(f"{words} {schema[key]}" for key, words in _BOUNDS.items() if key in schema)


def _out_of_bounds(value: Any, schema: Mapping[str, Any]) -> str:
    return f"{shown(value)} is not allowed; it must be {schema.get('description') or _bounds(schema)}"


def _not_allowed(value: Any, schema: Mapping[str, Any]) -> str:
    if value == "":
        return f"the text is empty; it must be {_expected(schema)}"
    return f"{shown(value)} is not allowed; it must be {_expected(schema)}"


def _wrong_length(value: Any, schema: Mapping[str, Any]) -> str:
    if "description" in schema:
        return f"the list has {len(value)} entries; it must be {schema['description']}"
    least = "one entry" if schema["minItems"] == 1 else f"{schema['minItems']} entries"
    return f"the list {'is too short' if value else 'is empty'}; it must have at least {least}"


def _empty_mapping(_: Any, schema: Mapping[str, Any]) -> str:
    return f"the mapping is empty; it must have {schema.get('description', 'at least one key')}"


def _too_many_keys(value: Any, schema: Mapping[str, Any]) -> str:
    return f"has {listing(value, 'and')}; it must have {_expected(schema)}"


def _repeated(value: Any, _: Any) -> str:
    twice = next(entry for i, entry in enumerate(value) if entry in value[:i])
    return f"the list has {shown(twice)} twice; keep one"


def _one_of(value: Any, schema: Mapping[str, Any]) -> str:
    names = [branch["required"][0] for branch in schema["oneOf"]]
    given = [name for name in names if name in value]
    if given:
        return f"has {listing(given, 'and')}; it must have exactly one of {listing(names, 'and')}"
    return f"one of the keys {listing(names)} is missing"


def _dependent(value: Any, schema: Mapping[str, Any]) -> str:
    key, missing = next(
        (key, name)
        for key, names in schema["dependentRequired"].items()
        for name in names
        if key in value and name not in value
    )
    return f"the key '{missing}' is missing, which {key} needs"


_TEXTS: dict[Any, Callable[[Any, Mapping[str, Any]], str]] = {
    **dict.fromkeys(_BOUNDS, _out_of_bounds),
    "pattern": _not_allowed,
    "minLength": _not_allowed,
    "maxLength": _not_allowed,
    "minItems": _wrong_length,
    "maxItems": _wrong_length,
    "uniqueItems": _repeated,
    "minProperties": _empty_mapping,
    "maxProperties": _too_many_keys,
    "oneOf": _one_of,
    "dependentRequired": _dependent,
}
