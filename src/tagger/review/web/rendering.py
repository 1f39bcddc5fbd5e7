"""The templates, and the few things that all of them can call."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tagger.wording import several

HERE = Path(__file__).parent

KINDS = {
    "blind": "without suggestions",
    "own-first": "before suggestions",
    "assisted": "with suggestions in view",
    "after-talk": "with others' readings in view",
    "imported": "brought in from elsewhere",
}
"""How a reading was made, by the kind of its coding."""


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
    templates.globals["kinds"] = KINDS
    templates.filters["several"] = several
    templates.filters["sentence"] = sentence
    return templates


@pass_context
def form_id(context: Context) -> Markup:
    """Write the hidden fields that make a form's act recognisable when it is sent twice, and say whose page it was."""
    hidden = Markup('<input type="hidden" name="{}" value="{}" autocomplete="off">')
    return hidden.format("id", uuid4()) + hidden.format("by", context["by"])


def sentence(words: str) -> str:
    """Begin with a capital and leave the rest as it is written: names of values are their owners'."""
    return words[:1].upper() + words[1:]


def render(templates: Environment, name: str, **context: Any) -> str:
    """Fill a template."""
    return templates.get_template(name).render(**context)
