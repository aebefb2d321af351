"""The JSON schema of what `--format json` writes, made from the very classes that are written."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from penpaper_cli.expressions.arithmetic import Apply, Entry, Expr, Name, Num, Rest
from penpaper_cli.expressions.numbers import Scalar
from penpaper_cli.render.json.document import SCHEMA
from penpaper_cli.solution.blocks import Block, Result

EXPRESSIONS = (Num, Name, Entry, Apply, Rest)
"""What a finished document holds: long sums are written out by then."""
NUMBER = {
    "description": "An exact number is a string such as 19 or 2/35, a decimal a number.",
    "$ref": "#/$defs/number",
}
NUMBERS = {"type": "object", "additionalProperties": {"type": ["number", "null"]}}
LABELS = {
    "description": "Predictions that are classes or words.",
    "type": "object",
    "properties": {
        "shape": {"type": "array", "items": {"type": "integer"}},
        "exact": {"const": False},
        "values": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["shape", "exact", "values"],
    "additionalProperties": False,
}
LEFT_OUT_WHEN_FALSE = {"as_decimal", "worked"}


def schema() -> dict[str, Any]:
    """The schema of one worked solution (JSON Schema, draft 2020-12)."""
    results = {"type": "object", "additionalProperties": _ref(Result)}
    properties = {
        "schema": {"const": SCHEMA},
        "command": {"type": "string", "description": "The command that made it, such as dot."},
        "title": {"type": "string"},
        "given": {"description": "What was given, by name.", **results},
        "steps": {"description": "The blocks, in order.", "type": "array", "items": {"$ref": "#/$defs/block"}},
        "answer": {"anyOf": [_ref(Result), LABELS, {"type": "null"}]},
        "results": {
            "description": "Every name on the paper; the gradient of W is dW.",
            "properties": {"predictions": {"anyOf": [_ref(Result), LABELS]}},
            **results,
        },
        "model": {"description": "What was trained, as --save writes it.", "$ref": "#/$defs/model"},
        "metrics": {"description": "How good the model is; baseline_… is a constant guess.", **NUMBERS},
        "least_squares": {
            "type": "object",
            "properties": {"coefficients": NUMBERS, "loss": {"type": "number"}},
            "required": ["coefficients", "loss"],
        },
        "counts": {
            "description": "Of a text: the smallest loss there is, that of the counts of its words.",
            "type": "object",
            "properties": {"loss": {"type": "number"}},
            "required": ["loss"],
        },
        "history": {
            "description": "The loss, step by step or epoch by epoch.",
            "type": "array",
            "items": {"type": "object", "properties": {"loss": {"type": ["number", "string"]}}, "required": ["loss"]},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://penpaper.invalid/{SCHEMA}",
        "title": "A worked solution of pp",
        "type": "object",
        "properties": properties,
        "required": ["schema", "command", "title", "given", "steps", "answer", "results"],
        "$defs": {
            "number": {
                "description": "An exact number is a string such as 19 or 2/35, a decimal an unrounded number.",
                "oneOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(/\d+)?$"}],
            },
            "values": {"oneOf": [NUMBER, {"type": "array", "items": {"$ref": "#/$defs/values"}}]},
            "expression": {"oneOf": [_ref(kind) for kind in EXPRESSIONS]},
            "block": {"oneOf": [_ref(kind) for kind in get_args(Block)]},
            "model": _model(),
            **{_name(kind): _object(kind) for kind in (*EXPRESSIONS, *get_args(Block), Result)},
        },
    }


def _model() -> dict[str, Any]:
    names = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "properties": {
            "schema": {"const": "penpaper-model/1"},
            "task": {"enum": ["regression", "classification", "next-word"]},
            "target": {"type": "string"},
            "features": names,
            "scaling": {"type": "object", "properties": {"kind": {"enum": ["standard", "minmax", "none"]}}},
            "parameters": {"type": "object", "additionalProperties": _ref(Result)},
            "activations": names,
            "loss": {"type": "string"},
            "classes": names,
            "words": names,
            "context": {"enum": [1, 2], "description": "How many words before the next one are looked at."},
            "seen": {
                "description": "Rows of the words before and the next word, by number from 0, and how often.",
                "type": "array",
                "items": {"type": "array", "items": {"type": "integer"}},
            },
            "coefficients": NUMBERS,
        },
        "required": ["schema", "task", "parameters"],
    }


def _name(kind: type) -> str:
    return kind.__name__.lower()


def _ref(kind: type) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{_name(kind)}"}


def _object(kind: type) -> dict[str, Any]:
    """A class as an object: its docstring, its members, and its type where there are several to tell apart."""
    hints = get_type_hints(kind)
    members = {f.name: _type(hints[f.name]) for f in fields(kind) if f.repr and not f.metadata}
    kinds = {} if kind is Result else {"type": {"const": _name(kind)}}
    return {
        "description": " ".join((kind.__doc__ or "").split()),
        "type": "object",
        "properties": {**kinds, **members},
        "required": [name for name in (*kinds, *members) if name not in LEFT_OUT_WHEN_FALSE],
        "additionalProperties": False,
    }


def _type(hint: Any) -> dict[str, Any]:
    """The schema of a member's type."""
    if hint is Any:
        return {"$ref": "#/$defs/values"}
    if hint in (Expr, Scalar):
        return {"$ref": "#/$defs/expression"} if hint is Expr else NUMBER
    if isinstance(hint, type) and is_dataclass(hint):
        return _ref(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return {"oneOf": [_type(arg) for arg in args]}
    if origin is not None:
        if origin is tuple and len(args) > 1 and args[1] is not Ellipsis:
            return {"type": "array", "prefixItems": [_type(arg) for arg in args], "items": False}
        return {"type": "array", "items": _type(args[0])}
    return {"type": {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}[hint]}
