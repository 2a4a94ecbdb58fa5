"""A password as it is kept: salted and slow to try (scrypt, RFC 7914)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Self

COST, BLOCK, LANES = 2**14, 8, 1
"""scrypt: 16 MiB and about 50 ms a try (OWASP names it for machines with little memory)."""
MOST_MEMORY = 64 * 1024 * 1024
"""What a digest of a file may ask for: 128 bytes × cost × block."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A password that can be known again, not read."""

    salt: bytes
    value: bytes
    cost: int = COST
    block: int = BLOCK
    lanes: int = LANES

    @classmethod
    def of(cls, password: str) -> Self:
        """A digest with a salt of its own."""
        salt = os.urandom(16)
        return cls(salt, _scrypt(password, salt, COST, BLOCK, LANES))

    @classmethod
    def read(cls, text: str) -> Self:
        """From its text. Raises ValueError."""
        kind, cost, block, lanes, salt, value = text.split("$")
        if kind != "scrypt":
            raise ValueError(kind)
        read = cls(_unpacked(salt), _unpacked(value), int(cost), int(block), int(lanes))
        _scrypt("", read.salt, read.cost, read.block, read.lanes)  # refuses what could never be tried
        return read

    def __str__(self) -> str:
        packed = (base64.b64encode(part).decode() for part in (self.salt, self.value))
        return "$".join(("scrypt", str(self.cost), str(self.block), str(self.lanes), *packed))

    def fits(self, password: str) -> bool:
        """Whether it is that password's."""
        made = _scrypt(password, self.salt, self.cost, self.block, self.lanes)
        return hmac.compare_digest(made, self.value)


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=MOST_MEMORY, dklen=32
    )


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
