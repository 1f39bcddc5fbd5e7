"""The templates, and the few things that all of them can call."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent


def environment() -> Environment:
    """Make the template environment: everything is escaped, and an unknown name is an error."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["form_id"] = form_id
    templates.filters["several"] = several
    return templates


def form_id() -> Markup:
    """Write the hidden field that makes a form's act recognisable when it is sent twice."""
    return Markup('<input type="hidden" name="id" value="{}" autocomplete="off">').format(uuid4())


def several(count: int, noun: str, plural: str = "") -> str:
    """Say a count with its noun: 1 passage, 2 passages."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def render(templates: Environment, name: str, **context: Any) -> str:
    """Fill a template."""
    return templates.get_template(name).render(**context)
