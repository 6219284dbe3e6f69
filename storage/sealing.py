"""Names and photos are sealed with keys that are not in the database; a copy of it tells nobody's name.

A sealed thing is a byte for the way it is sealed, four that name the key, a nonce of its own, and what AES-GCM makes of
the content and of *what it belongs to*: put into another row it does not open. What a newcomer gets wrong: the first
secret seals, all of them open, and the key by which a child is recognised is none of them (`storage.keys`).
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
NAMES_KEY, NONCE = 4, 12
"""Bytes. With 96 random bits one key may seal 2^32 times (NIST SP 800-38D, 8.3), and we seal thousands a year."""
HEAD = len(VERSION) + NAMES_KEY
SEAL = HEAD + NONCE + 16
"""So many bytes longer is what is sealed; the last ones are AES-GCM's own."""
_FERNET = b"g"
"""With this every name began that was sealed before there was `VERSION`."""


class Unopened(Exception):
    """None of the keys opens it: another one sealed it, or it belongs elsewhere, or somebody changed it."""


class Sealer:
    """Each secret is at least 32 random bytes or a long sentence; the first one seals, and all of them open.

    `recognising` is the key by which an import recognises a child; without one it follows from the first secret.
    """

    def __init__(self, *secrets: bytes, recognising: bytes = b"") -> None:
        self._keys = {_derived(one, b"key id")[:NAMES_KEY]: AESGCM(_derived(one, b"sealing")) for one in secrets}
        self._fernets = [Fernet(base64.urlsafe_b64encode(_derived(one, b"names"))) for one in secrets]
        self._first = next(iter(self._keys))
        self.recognising = recognising or recognising_key(secrets[0])

    def seal(self, content: bytes, belongs_to: str) -> bytes:
        head, nonce = VERSION + self._first, os.urandom(NONCE)
        return head + nonce + self._keys[self._first].encrypt(nonce, content, head + belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> bytes:
        """Raises Unopened."""
        if sealed.startswith(_FERNET):
            return self._open_old(sealed)
        head, nonce, rest = sealed[:HEAD], sealed[HEAD : HEAD + NONCE], sealed[HEAD + NONCE :]
        key = self._keys.get(head[len(VERSION) :]) if head.startswith(VERSION) else None
        if key is None:
            raise Unopened
        try:
            return key.decrypt(nonce, rest, head + belongs_to.encode())
        except (InvalidTag, ValueError) as wrong:
            raise Unopened from wrong

    def _open_old(self, sealed: bytes) -> bytes:
        for fernet in self._fernets:
            try:
                return fernet.decrypt(sealed)
            except InvalidToken:
                continue
        raise Unopened

    @property
    def fresh_head(self) -> bytes:
        """With this everything begins that the first key has sealed."""
        return VERSION + self._first

    def has_key(self, sealed: bytes) -> bool:
        """Whether one of the keys has sealed it; only its head is looked at."""
        return sealed[: len(VERSION)] == VERSION and sealed[len(VERSION) : HEAD] in self._keys

    def is_fresh(self, sealed: bytes) -> bool:
        """Whether the first key has sealed it; only its head is looked at."""
        return sealed[:HEAD] == self.fresh_head

    def seal_name(self, name: str, recognised_by: str) -> bytes:
        """Of the case that is recognised by that. A telephone stands on a line below the name."""
        return self.seal(name.encode(), _name_of(recognised_by))

    def open_name(self, sealed: bytes, recognised_by: str) -> str:
        """Raises Unopened."""
        return self.open(sealed, _name_of(recognised_by)).decode()


def _name_of(recognised_by: str) -> str:
    return f"name {recognised_by}"


def recognising_key(secret: bytes) -> bytes:
    return _derived(secret, b"recognising")


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"obhvat", info=purpose).derive(secret)
