"""Names are sealed with a key that is not in the database; a copy of the file tells nobody's name."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Sealer:
    """`secret` is at least 32 random bytes or a long sentence; one key is derived for sealing, one for recognising."""

    def __init__(self, secret: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(secret, b"names")))
        self.recognising = _derived(secret, b"recognising")

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Raises cryptography.fernet.InvalidToken when the key is another one."""
        return self._fernet.decrypt(sealed).decode()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"obhvat", info=purpose).derive(secret)
