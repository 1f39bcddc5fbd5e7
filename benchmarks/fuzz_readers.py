"""
Damaged, cut and hostile files for every reader: each gives a transcript or a reason, in bounded time.

    python benchmarks/fuzz_readers.py [-n 5000] [--first 0] [--processes 1] [--seed 0] [--only srt vtt] [--files FOLDER]

Each case takes a small sound file, made here or found under --files, and damages it: bytes flipped, cut out, doubled or
taken from another file; lines moved, fields blown up, marks of the format put where they do not belong; in packages
(DOCX, XLSX, ODT) inside of a part. Projects of other programs go by the names of their formats, such as `webanno`;
what people coded has to lie inside of their texts. Pages of PDFs are found in this process and not in one of their own,
which is what bounds them otherwise; there whatever goes wrong is called damage. Prints how many cases were read,
refused, and failed, with the number of each failure, which brings it back: `--only FORMAT --case NUMBER`.

Each case has 20 s and 4 GB. Cases are tried a thousand at a time, in processes of their own if more than one is asked
for; counts are printed after each ten thousand, and --first goes on from a case where a run was stopped.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import random
import re
import resource
import signal
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from types import FrameType

import docx
import openpyxl

from tagger.errors import CodingsError, TranscriptError
from tagger.exchange import projects
from tagger.exchange.projects.records import Project
from tagger.records import Transcript
from tagger.transcripts import Source, pdf, pdf_pages, read
from tagger.transcripts.utterances import assemble

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from commented import commented
from label_studio_files import annotation, choice, export, label, task
from pdf_example import column
from pdf_example import pdf as written
from project_files import Selected, Written, qdpx
from webanno_files import written as webanno
from written import FORMATS

MOST_SECONDS, MOST_BYTES = 20, 4_000_000_000
LARGEST_CASE = 2_000_000
"""Bytes of a damaged file or part: what takes long because it is large says nothing."""
AT_A_TIME, CHUNKS_A_PROCESS, A_LINE = 1_000, 5, 10_000
"""Cases that a process is given at once, how often, and cases after which a line is printed."""
TALK = (
    ("Interviewer", "How did you come to the garden, and who was there on that morning?"),
    ("Zoë", "My neighbour brought me along. I stood by the gate for ten minutes; nobody stared."),
    ("Interviewer", "And then?"),
    ("Zoë", "Somebody handed me a mug, and “that was that” — it sounds like nothing, I know 🙂."),
)
WESTERN = tuple((who, what.encode("cp1252", "ignore").decode("cp1252")) for who, what in TALK)
MARKS = (
    *("\0", "\ufeff", "\ud800", "\u2028", "\t", "\n\n", '"', "'", ",", ";", ":", "{", "}", "[", "]", "<", ">", "\\"),
    *(
        " --> ",
        "00:00:01.000",
        "-1:99:99,999",
        "WEBVTT",
        "NOTE",
        "<v A>",
        "</v>",
        "X-TIMESTAMP-MAP=",
        "{\\rtf1",
        "\\u-1?",
    ),
    *("\\bin999999999 ", "\\ansicpg99999", "%PDF-", "endstream", "/Length 99999999", "null", "NaN", "1e999", "9" * 400),
    *(
        "[" * 2000,
        "{\\b " * 500,
        "&lt;",
        "&#0;",
        "<!ENTITY a 'b'>",
        "]]>",
        "PK\3\4",
        "I:",
        "Speaker 1",
        "[00:01]",
        "(" * 99,
    ),
)
PROJECTS = ("label-studio", "webanno", "comments", "qdpx")
TIME = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+")


class Hangs(BaseException):
    """A case took too long; no reader may catch this."""


def seeds() -> dict[str, list[bytes]]:
    """Make small sound files, by format."""
    times = [(each, f"00:00:{10 + 5 * each:02}", f"00:00:{14 + 5 * each:02}") for each in range(len(TALK))]
    talk = [f"{who}: {what}" for who, what in TALK]
    found = {
        "txt": [
            "\n\n".join(talk),
            "\n".join(f"[{begins}] {line}" for (_, begins, _), line in zip(times, talk, strict=True)),
        ],
        "vtt": [
            "WEBVTT\n\n"
            + "\n\n".join(f"{b}.000 --> {e}.000\n<v {who}>{what}" for (_, b, e), (who, what) in _both(times))
        ],
        "srt": ["\n\n".join(f"{n + 1}\n{b},000 --> {e},000\n{who}: {what}" for (n, b, e), (who, what) in _both(times))],
        "sbv": ["\n\n".join(f"{b[1:]}.000,{e[1:]}.000\n{who}: {what}" for (_, b, e), (who, what) in _both(times))],
        "csv": [
            "\n".join(["speaker,text", *(f'{who},"{what}"' for who, what in TALK)]),
            "\n".join("\t".join(t) for t in TALK),
        ],
        "rtf": [_rtf(talk)],
    }
    made = {name: [text.encode() for text in texts] for name, texts in found.items()}
    made["json"] = [json.dumps(value, ensure_ascii=False).encode() for value in _spoken()]
    made |= {"docx": [_docx()], "xlsx": [_xlsx()], "odt": [_odt(talk)]}
    for name, write in FORMATS.items():
        talk_in_it = WESTERN if name.endswith(".pdf") else TALK
        made.setdefault(name.rpartition(".")[2], []).append(_timeless(write(talk_in_it)))
    western = [f"{who}: {what}" for who, what in WESTERN]
    pages = [[(72, 770, "Study 7"), *column(lines)] for lines in (western, western[::-1])]
    made["pdf"].append(written(pages))
    return made | project_seeds()


def project_seeds() -> dict[str, list[bytes]]:
    """Make small sound projects of other programs, by format."""
    talk = "\n".join(f"{who}: {what}" for who, what in TALK)
    coded = [("My neighbour brought me along", "Choice"), ("a mug, and “that was that”", "Trust; Choice")]
    labels = [label(talk, words, *names.split("; ")) for words, names in coded]
    tasks = [
        task(1, talk, annotation(*labels, choice("Calm")), upload="talk.txt"),
        task(2, TALK[1][1], annotation(by=2)),
    ]
    selected = tuple(Selected(words, "Choice", quote=words) for words, _ in coded)
    return {
        "label-studio": [export(*tasks)],
        "webanno": [webanno(talk, coded), _packed({"annotation/talk.txt/ann.tsv": webanno(talk, coded)})],
        "comments": [commented(talk, [(words, names, "Ann") for words, names in coded])],
        "qdpx": [qdpx([Written("talk.docx", talk, selected)], ("Choice",), "NVivo 14")],
    }


def _both(times: Sequence[tuple[int, str, str]]) -> Iterator[tuple[tuple[int, str, str], tuple[str, str]]]:
    return zip(times, TALK, strict=True)


def _rtf(talk: Sequence[str]) -> str:
    letters = "".join(each if ord(each) < 128 else f"\\u{ord(each) % 0x10000}?" for each in "\\par ".join(talk))
    head = "\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset204 A;}}{\\header x}{\\b Ann} "
    row = "\\trowd\\intbl Ann\\cell Well.\\cell\\row\\pard "
    return f"{{{head}{letters}\\par {row}{{\\*\\x y}}}}"


def _spoken() -> list[object]:
    words = [{"word": f" {each}", "start": place, "end": place + 1.0} for place, each in enumerate(TALK[0][1].split())]
    whisper = {
        "text": TALK[0][1],
        "segments": [{"id": 0, "start": 0.0, "end": 9.5, "text": TALK[0][1], "words": words}],
    }
    items = [
        {
            "type": "pronunciation",
            "alternatives": [{"confidence": "0.9", "content": each}],
            "start_time": str(place),
            "end_time": str(place + 1),
        }
        for place, each in enumerate(TALK[1][1].split())
    ]
    labels = [
        {
            "speaker_label": "spk_0",
            "start_time": "0",
            "end_time": "99",
            "items": [{"speaker_label": "spk_0", "start_time": "0", "end_time": "1"}],
        }
    ]
    aws = {
        "jobName": "j",
        "results": {
            "transcripts": [{"transcript": TALK[1][1]}],
            "items": items,
            "speaker_labels": {"speakers": 1, "segments": labels},
        },
    }
    utterances = {
        "utterances": [{"speaker": "A", "text": what, "start": 0, "end": 9, "confidence": 0.9} for _, what in TALK]
    }
    rev = {"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": "Hi", "ts": 0.1, "end_ts": 0.5}]}]}
    return [whisper, {"result": whisper}, aws, utterances, rev]


def _docx() -> bytes:
    document, buffer = docx.Document(), io.BytesIO()
    for who, what in TALK:
        document.add_paragraph().add_run(who).bold = True
        document.paragraphs[-1].add_run(f" {what}")
    document.add_table(2, 2).cell(0, 0).text = "Ann"
    document.save(buffer)
    return _timeless(buffer.getvalue())


def _xlsx() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("talk", 0)
    for row in (("speaker", "text"), *TALK):
        sheet.append(row)
    book.save(buffer)
    return _timeless(buffer.getvalue())


def _odt(talk: Sequence[str]) -> bytes:
    spaces = " ".join(
        f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "text", "table")
    )
    body = "".join(f"<text:p>{line}</text:p>" for line in talk)
    start = f"<?xml version='1.0'?><office:document-content {spaces}><office:body><office:text>"
    content = f"{start}{body}</office:text></office:body></office:document-content>"
    return _packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


def _timeless(data: bytes) -> bytes:
    """Pack a package again without the time of day, so that a case is the same again."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return _packed({name: TIME.sub(b"2026-01-01T00:00:00", parts.read(name)) for name in parts.namelist()})


def _packed(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def damaged(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Damage a file in one to four ways; a package as often inside of a part as outside."""
    if data.startswith(b"PK") and chance.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        name = chance.choice(sorted(parts))
        return _packed({**parts, name: damaged(parts[name], other, chance)})
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(WAYS)(data, other, chance)[:LARGEST_CASE]
    return data


def _flipped(data: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    return data[:start] if chance.random() < 0.5 else data[:start] + data[end:]


def _doubled(data: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 30)) + data[end:]


def _spliced(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place, start = chance.randint(0, len(data)), chance.randint(0, len(other))
    return data[:place] + other[start : start + chance.randint(1, 2000)] + data[place:]


def _marked(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(data))
    return (
        data[:place] + chance.choice(MARKS).encode("utf-8", "surrogatepass") * chance.choice((1, 1, 3)) + data[place:]
    )


def _lines_moved(data: bytes, other: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(chance.randint(0, len(lines)), lines.pop(chance.randrange(len(lines))))
    return chance.choice((b"\n", b"\n", b"\r\n", b"\r")).join(lines)


def _numbers_changed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    changed = chance.choice((b"-1", b"0", b"99999999999999999999", b"1e400", b"", b"0x7f"))
    return re.sub(rb"\d+", lambda found: changed if chance.random() < 0.1 else found[0], data)


def _recoded(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(
        chance.choice(("utf-16", "utf-32", "utf-16-be", "gb18030", "utf-7")), "replace"
    )


WAYS = (_flipped, _cut, _doubled, _spliced, _marked, _marked, _lines_moved, _numbers_changed, _recoded)


def tried(data: bytes, name: str) -> str:
    """Read a case and say what came of it: read, refused, or what went wrong."""
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS)
    try:
        if name.rpartition(".")[2] in PROJECTS:
            return "read" if _is_in_its_texts(projects.read(data, name)) else "codings that are not in the text"
        transcript = _on_pages(data, name) if pdf.START.match(data) else read(data, name)
    except (CodingsError, TranscriptError) as refused:
        return "refused" if refused.what and refused.where and refused.remedy else f"no remedy: {refused}"
    except Hangs:
        return "hangs"
    except Exception:  # whatever else a reader lets out is what this looks for
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "read" if _is_sound(transcript) else "turns that are not in the text"


def _on_pages(data: bytes, name: str) -> Transcript:
    try:
        pages = json.loads(json.dumps(pdf_pages.pages(data)))
    except Exception as reason:  # as in the process that reads the pages otherwise
        raise TranscriptError("It is a damaged or incomplete PDF", where=name, remedy="Export it again") from reason
    return assemble(pdf.drafted(Source(name, data), pages), name=name, format=pdf.FORMAT, encoding="utf-8")


def _is_sound(transcript: Transcript) -> bool:
    """Make sure that turns follow each other inside the text and hold words, and that the text can be stored."""
    ends = [0, *(turn.end for turn in transcript.turns)]
    follow = all(before <= turn.start < turn.end for before, turn in zip(ends, transcript.turns, strict=False))
    transcript.text.encode()
    return follow and ends[-1] == len(transcript.text)


def _is_in_its_texts(project: Project) -> bool:
    """Make sure that codings lie inside of texts, on words, and name codes that there are."""
    keys = {"", *(code.key for code in project.codes)}
    return all(
        0 <= coding.start < coding.end <= len(text := document.text)
        and text[coding.start : coding.end].strip()
        and coding.code in keys
        for document in project.documents
        for coding in document.codings
    )


def _hangs(number: int, frame: FrameType | None) -> None:
    raise Hangs


def case(files: Mapping[str, Sequence[bytes]], name: str, seed: int, number: int) -> bytes:
    """Make one case of a format, from its own number and no other."""
    chance = random.Random(f"{seed} {name} {number}")
    every = [data for group in files.values() for data in group]
    return damaged(chance.choice(files[name]), chance.choice(every), chance)


def fuzzed(
    files: Mapping[str, Sequence[bytes]], name: str, seed: int, numbers: Iterable[int]
) -> tuple[Counter[str], dict[int, str]]:
    """Try cases of one format; return how many were read, refused and failed, and what failed."""
    signal.signal(signal.SIGALRM, _hangs)
    counts: Counter[str] = Counter()
    failures: dict[int, str] = {}
    for number in numbers:
        outcome = tried(case(files, name, seed, number), f"case.{name}")
        counts[outcome if outcome in ("read", "refused") else "failed"] += 1
        if outcome not in ("read", "refused"):
            failures[number] = outcome
    return counts, failures


def with_files(folder: Path | None) -> dict[str, list[bytes]]:
    """Add to the seeds the files in a folder, by their endings, up to 200 kB each."""
    files = seeds()
    aliases = {"transcribe": "json", "tsv": "csv"}
    for path in sorted(folder.rglob("*")) if folder else ():
        name = aliases.get(path.suffix[1:].casefold(), path.suffix[1:].casefold())
        if name in files and path.is_file() and path.stat().st_size < 200_000:
            files[name].append(path.read_bytes())
    return files


def _bounded() -> None:
    logging.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def _most_memory() -> int:
    """Return the most megabytes that this process, or one that it started and that has ended, ever held."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(each).ru_maxrss for each in whose) // 1024


def report(name: str, parts: Iterable[tuple[Counter[str], dict[int, str]]]) -> None:
    """Print the counts of one format as they come in, and the first failures."""
    began = time.monotonic()
    counts: Counter[str] = Counter()
    failures: dict[int, str] = {}
    for counted, failed in parts:
        counts.update(counted)
        failures |= failed
        if counts.total() % A_LINE == 0:
            print(f"  {name}: {counts.total():,} cases, {counts['failed']} failed", flush=True)
    told = ", ".join(f"{counts[each]:,} {each}" for each in ("read", "refused", "failed"))
    print(f"{name}: {told}; {time.monotonic() - began:.0f} s, at most {_most_memory():,} MB", flush=True)
    for number, what in list(failures.items())[:5]:
        print(f"  case {number}: {what.strip().splitlines()[-1]}", flush=True)


def main() -> None:
    """Print counts for each format."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1] if __doc__ else "")
    parser.add_argument("-n", type=int, default=5000, help="how many cases of each format")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], help="formats")
    parser.add_argument("--case", type=int, help="write this case to a file, and read it")
    parser.add_argument("--files", type=Path, help="a folder of further files to damage")
    chosen = parser.parse_args()
    files = with_files(chosen.files)
    starts = range(chosen.first, chosen.first + chosen.n, AT_A_TIME)
    chunks = [range(start, min(start + AT_A_TIME, chosen.first + chosen.n)) for start in starts]
    # Each process ends after a few thousand cases, so that nothing that one of them leaves behind adds up.
    with Pool(chosen.processes, _bounded, maxtasksperchild=CHUNKS_A_PROCESS) as pool:
        for name in chosen.only or files:
            if chosen.case is not None:
                data = case(files, name, chosen.seed, chosen.case)
                Path(f"case.{name}").write_bytes(data)
                counted = pool.apply(fuzzed, (files, name, chosen.seed, [chosen.case]))
                print(f"case.{name}: {counted}")
            else:
                report(name, pool.imap_unordered(partial(fuzzed, files, name, chosen.seed), chunks))


if __name__ == "__main__":
    main()
