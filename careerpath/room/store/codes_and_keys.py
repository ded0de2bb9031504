"""Room codes and coach keys: how they are generated, read and checked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from careerpath.core.errors import shown
from careerpath.room.room import RoomNotFoundError

LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
"""No letter looks like another letter or a digit. Without vowels, codes spell no words."""
CODE_LENGTH = 6
FREE_ATTEMPTS = 3
"""A coach may mistype: the first attempts to open a room do not wait."""
LONGEST_WAIT = 15
"""Seconds. An attacker who guesses keys cannot make the coach wait longer than this."""
FORGOTTEN_AFTER = 600
"""Seconds without an attempt after which earlier attempts no longer count."""
_KEY_GROUPS = 4
_KEY_GROUP = 4
_COST = {"n": 2**14, "r": 8, "p": 1}
_SALT_BYTES = 16
_LONGEST_KEY = 100


def new_code() -> str:
    """Return a random code of six letters."""
    return _letters(CODE_LENGTH)


def new_key() -> str:
    """Return a random coach key: sixteen letters in groups, 69 bits."""
    return "-".join(_letters(_KEY_GROUP) for _ in range(_KEY_GROUPS))


def plain_code(code: object) -> str:
    """Return a code in capitals, without the spaces and hyphens that people type.

    Raises
    ------
    RoomNotFoundError
        If it cannot be the code of a room.

    Examples
    --------
    >>> plain_code(" bcd-fgh ")
    'BCDFGH'
    """
    letters = _bare(code) if isinstance(code, str) and len(code) <= _LONGEST_KEY else ""
    if len(letters) != CODE_LENGTH or not set(letters) <= set(LETTERS):
        raise no_room(code)
    return letters


def no_room(code: object) -> RoomNotFoundError:
    """Return the error for a code that no room has."""
    return RoomNotFoundError(f"There is no room {shown(code)}. Check its {CODE_LENGTH} letters.")


def key_hash(key: str) -> str:
    """Return a salted hash of a key, which is what the database keeps."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${salt.hex()}${_digest(key, salt).hex()}"


def key_fits(key: object, kept: str | None) -> bool:
    """Return whether a key is the one that was hashed.

    A wrong key takes as long as the right one, and so does a room that does not exist (None).
    """
    _, salt, digest = (kept or "scrypt$00$00").split("$")
    given = key if isinstance(key, str) and len(key) <= _LONGEST_KEY else ""
    return hmac.compare_digest(_digest(given, bytes.fromhex(salt)), bytes.fromhex(digest))


def wait_before(failed: int) -> int:
    """Return how many seconds the next attempt waits after this many failed ones.

    Examples
    --------
    >>> [wait_before(failed) for failed in range(9)]
    [0, 0, 0, 1, 2, 4, 8, 15, 15]
    """
    if failed < FREE_ATTEMPTS:
        return 0
    return min(1 << min(failed - FREE_ATTEMPTS, 10), LONGEST_WAIT)


def _digest(key: str, salt: bytes) -> bytes:
    return hashlib.scrypt(_bare(key).encode("utf-8", "surrogatepass"), salt=salt, **_COST)


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _bare(text: str) -> str:
    """Remove all kinds of spaces and hyphens."""
    return "".join(
        letter for letter in text.upper() if unicodedata.category(letter) not in ("Zs", "Pd", "Cc")
    )
