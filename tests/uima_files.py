"""Documents in UIMA CAS as INCEpTION writes them, for tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from label_studio_files import in_utf_16


def as_cas(text: str, made: Sequence[tuple[str, str]], form: str) -> bytes:
    """Write a text and what is marked in it as UIMA CAS, in JSON or XMI."""
    places = [(in_utf_16(text[: text.index(words)]), words, name) for words, name in made]
    spans = [{"begin": start, "end": start + in_utf_16(words), "value": name} for start, words, name in places]
    if form == "json":
        value, other = "webanno.custom.Value", "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
        marked = [{"%ID": 9, "%TYPE": value, "@sofa": 1, **each} for each in spans]
        token = {"%ID": 2, "%TYPE": other, "@sofa": 1, "begin": 0, "end": 11}
        relation = {"%ID": 3, "%TYPE": "webanno.custom.Because", "begin": 0, "end": 9, "@Governor": 9, "@Dependent": 9}
        sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": text}
        return json.dumps({"%TYPES": {}, "%FEATURE_STRUCTURES": [sofa, token, *marked, relation]}).encode()
    inside = "".join(
        f'<c:Value xmi:id="9" sofa="1" {" ".join(f"{key}={quoteattr(str(cell))}" for key, cell in each.items())}/>'
        for each in spans
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI" '
        'xmlns:c="http:///webanno/custom.ecore" xmlns:cas="http:///uima/cas.ecore" '
        'xmlns:s="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore">'
        f'<s:Token xmi:id="2" sofa="1" begin="0" end="11"/>{inside}'
        '<c:Because xmi:id="3" sofa="1" begin="0" end="9" Governor="9" Dependent="9"/>'
        f'<cas:Sofa xmi:id="1" sofaString={quoteattr(text)}/></xmi:XMI>'
    ).encode()
