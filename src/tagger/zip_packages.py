"""What Python raises for zip packages that are damaged or locked, in whatever way their parts are compressed."""

from __future__ import annotations

import lzma
import struct
import zlib
from zipfile import BadZipFile

DAMAGE = (
    BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""A way of compressing that it does not know is a NotImplementedError, and a password a RuntimeError."""
