"""Whatever a stranger sends, the readers answer with a result or with an error for a person.

The gate tries few inputs. To look for long: ``CAREERPATH_FUZZ_EXAMPLES=20000 pytest
tests/unit/test_fuzz.py``.
"""

import io
import json
import os
import tomllib._parser
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)

from careerpath import CareerpathError, DualLadder, decode_answers, encode_answers, load_instrument
from careerpath.core.files import MOST_KEY_PARTS, parsed_toml
from careerpath.core.result_file import as_json, parse_results, result_document
from careerpath.core.scoring import score
from careerpath.ladder.files import read_ladder, write_ladder
from careerpath.ladder.kept import KeptLadder, read_kept, write_kept
from careerpath.questionnaire.model import read_draft
from careerpath.room.participant.room_access import read_ticket
from careerpath.serving.kernels import well_formed
from careerpath.ui.html_view import read_action
from careerpath.what_next.model import PastResults

INSTRUMENT = load_instrument()
LADDER = DualLadder.example()

fuzz = settings(
    max_examples=int(os.environ.get("CAREERPATH_FUZZ_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def outcome(read):
    """The result; None if it is refused with a short message."""
    try:
        return read()
    except CareerpathError as error:
        refusal = str(error)
    assert len(refusal) < 20_000
    return None


@st.composite
def damaged(draw, whole):
    """A file of ours with a few pieces replaced, repeated or cut out."""
    data = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 40, len(data))))
        piece = draw(st.binary(max_size=20) | st.just(data[start:end] * draw(st.integers(2, 50))))
        data = data[:start] + piece + data[end:]
    return data


# Any JSON, often with the keys that our files have


def documents(*whole):
    keys, values = set(), []

    def walk(value):
        values.append(value)
        if isinstance(value, dict):
            keys.update(value)
            list(map(walk, value.values()))
        if isinstance(value, list):
            list(map(walk, value))

    for each in whole:
        walk(each)
    key = st.sampled_from(sorted(keys)) | st.text(max_size=5)
    leaf = (
        st.sampled_from(values)
        | st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=20)
        | st.just(10**400)
        | st.just("x" * 100_000)
    )
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(key, inner, max_size=8),
        max_leaves=20,
    ) | st.builds(
        lambda base, more: {**base, **more},
        st.sampled_from([each for each in values if isinstance(each, dict)]),
        st.dictionaries(key, leaf, max_size=3),
    )


def as_text(document):
    with suppress(ValueError):  # a number with too many digits
        return json.dumps(document).encode()
    return b"1" * 5_000


# Frames


HEADER = {"msg_id": "1", "msg_type": "comm_msg", "session": "s", "username": "", "version": "5.3"}
FRAME = serialize_msg_to_ws_v1(
    [json.dumps(part).encode() for part in (HEADER, {}, {}, {"comm_id": "c"})], "shell"
)
numbers = st.integers(0, 2**64 - 1) | st.integers(0, 200)
frames = (
    st.binary(max_size=300)
    | damaged(FRAME)
    | st.builds(
        lambda table, rest: b"".join(each.to_bytes(8, "little") for each in table) + rest,
        st.lists(numbers, max_size=12),
        st.binary(max_size=100),
    )
    | st.builds(
        lambda table, rest: (
            b"".join(each.to_bytes(8, "little") for each in (len(table), *table)) + rest
        ),
        st.lists(st.integers(0, 250), min_size=6, max_size=12).map(sorted),
        st.binary(max_size=200),
    )
)


@given(frames)
@fuzz
def test_a_frame_is_refused_or_has_no_more_parts_than_its_table(frame):
    if not well_formed(frame):
        return
    # What `KernelSocket.on_message` takes for a malformed message.
    with suppress(ValueError, KeyError, TypeError, IndexError, AssertionError, AttributeError):
        _, parts = deserialize_msg_from_ws_v1(frame)
        assert sum(map(len, parts)) <= len(frame)
        assert isinstance(json.loads(parts[0])["msg_id"], str)


anything = documents({"action": "open", "values": {"code": "BCDFGH"}, "turn": 3})


@given(anything, st.lists(st.binary(max_size=20) | st.integers()) | st.none())
@fuzz
def test_an_action_is_read_or_ignored(content, buffers):
    action = read_action(content, buffers)
    if action is not None:
        assert all(isinstance(each, str) for pair in action.values.items() for each in pair)


# Uploads


FILES = {name: write_ladder(LADDER, name) for name in ("a.csv", "a.toml", "a.xlsx")}


def workbook(change):
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(FILES["a.xlsx"])) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, change.get(entry.filename, old.read(entry)))
    return out.getvalue()


def parts():
    with zipfile.ZipFile(io.BytesIO(FILES["a.xlsx"])) as packed:
        return {entry.filename: packed.read(entry) for entry in packed.infolist()}


workbooks = st.one_of(
    st.builds(lambda part, name=name: workbook({name: part}), damaged(content))
    for name, content in parts().items()
)


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@fuzz
def test_a_ladder_is_read_or_refused_with_a_short_message(name, data):
    content = damaged(FILES[name])
    content = data.draw(content | workbooks if name == "a.xlsx" else content)
    ladder = outcome(lambda: read_ladder(content, name))
    if ladder is not None:
        assert read_ladder(write_ladder(ladder, name), name) == ladder


toml = st.lists(
    st.sampled_from(
        [
            "a",
            "1",
            ".",
            " ",
            "\t",
            "=",
            "[",
            "]",
            "{",
            "}",
            ",",
            '"',
            "'",
            '"""',
            "'''",
            "\\",
            "#",
            "\n",
            "\r",
            "\r\n",
            "\u2028",
            "\x85",
            "a." * 30,
            '"".' * 30,
            "x = 1\n",
            'y = """',
        ]
    ),
    max_size=40,
).map("".join)


@given(toml)
@fuzz
def test_no_key_in_toml_has_more_parts_than_are_allowed(text):
    parse_key = tomllib._parser.parse_key

    def counted(*arguments):
        position, key = parse_key(*arguments)
        assert len(key) <= MOST_KEY_PARTS + 1
        return position, key

    tomllib._parser.parse_key = counted
    try:
        outcome(lambda: parsed_toml(text, place="a.toml", raises=CareerpathError))
    finally:
        tomllib._parser.parse_key = parse_key


# What a browser kept, and files of results

KEPT = json.loads(write_kept(KeptLadder(LADDER)))
ANSWERS = dict.fromkeys(INSTRUMENT.item_ids, 7)
RESULT = json.loads(
    as_json(result_document(INSTRUMENT, score(INSTRUMENT, ANSWERS), ANSWERS, taken=None))
) | {"taken": "2026-03-01"}
SEVERAL = {"format": "careerpath-results", "format_version": 1, "results": [RESULT]}


@given(damaged(as_text(KEPT)) | documents(KEPT).map(as_text))
@fuzz
def test_a_kept_ladder_is_read_or_refused(content):
    kept = outcome(lambda: read_kept(content))
    assert kept is None or 0 <= kept.pay_tolerance <= 1


@given(damaged(as_text(SEVERAL)) | documents(SEVERAL, RESULT).map(as_text))
@fuzz
def test_a_file_of_results_is_read_or_refused(content):
    results = outcome(lambda: parse_results(content, place="a.json"))
    assert all(each.identity for each in results or ())


# Drafts, tickets and kept results, as the browser sends them

DRAFT = {"instrument": INSTRUMENT.id, "version": INSTRUMENT.version, "answers": ANSWERS}
TICKET = {"code": "BCDFGH", "token": "x" * 22, "key": "y" * 22, "answers": ANSWERS}


@given(documents(DRAFT))
@fuzz
def test_a_draft_is_read_or_ignored(found):
    draft = read_draft(INSTRUMENT, found)
    assert draft is None or set(draft.answers) <= set(INSTRUMENT.item_ids)


@given(documents(TICKET))
@fuzz
def test_a_ticket_is_read_or_ignored(found):
    read_ticket(found)


@given(st.dictionaries(st.sampled_from(["results", "refused"]), documents(SEVERAL, RESULT)))
@fuzz
def test_kept_results_are_read_or_counted(content):
    past = PastResults(INSTRUMENT, tell=lambda _told: None)
    past.found(content)
    assert past.looked


# Links

LINK = encode_answers(INSTRUMENT, ANSWERS)


@given(damaged(LINK.encode()).map(lambda link: link.decode("latin-1")) | st.text())
@fuzz
def test_a_link_holds_answers_of_the_scale_or_is_refused(link):
    answers = outcome(lambda: decode_answers(INSTRUMENT, link)) or {}
    assert set(answers) <= set(INSTRUMENT.item_ids)
    assert all(0 <= each <= 10 for each in answers.values())
