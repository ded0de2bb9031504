"""A room's code and its coach key: made from the system's randomness, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from careerpath.core.errors import shown
from careerpath.room.entities import RoomNotFoundError

LETTERS = "BCDFGHJKMNPQRSTVWXYZ"
"""No letter that looks like another or like a digit, and no vowels: codes spell no words."""
CODE_LENGTH = 6
_KEY_GROUPS = 4
_KEY_GROUP = 4
_COST = {"n": 2**14, "r": 8, "p": 1}
_SALT_BYTES = 16
_LONGEST_KEY = 100


def new_code() -> str:
    """Make a code of six letters."""
    return _letters(CODE_LENGTH)


def new_key() -> str:
    """Make a coach key: sixteen letters in groups, 69 bits."""
    return "-".join(_letters(_KEY_GROUP) for _ in range(_KEY_GROUPS))


def plain_code(code: object) -> str:
    """Read a code as people type it: in any case, with blanks or hyphens.

    Raises
    ------
    RoomNotFoundError
        Where it cannot be the code of any room.

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
    """Say that there is no room of that code."""
    return RoomNotFoundError(f"There is no room {shown(code)}. Check its {CODE_LENGTH} letters.")


def key_hash(key: str) -> str:
    """Hash a key with a salt of its own, for keeping."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${salt.hex()}${_digest(key, salt).hex()}"


def key_fits(key: object, kept: str | None) -> bool:
    """Tell whether a key is the one that was hashed.

    It takes as long for a wrong key as for the right one, and for a room that is not there.
    """
    _, salt, digest = (kept or "scrypt$00$00").split("$")
    given = key if isinstance(key, str) and len(key) <= _LONGEST_KEY else ""
    return hmac.compare_digest(_digest(given, bytes.fromhex(salt)), bytes.fromhex(digest))


def _digest(key: str, salt: bytes) -> bytes:
    return hashlib.scrypt(_bare(key).encode("utf-8", "surrogatepass"), salt=salt, **_COST)


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _bare(text: str) -> str:
    """Leave out what people put between letters: blanks of any kind, and hyphens of any kind."""
    return "".join(
        letter for letter in text.upper() if unicodedata.category(letter) not in ("Zs", "Pd", "Cc")
    )
