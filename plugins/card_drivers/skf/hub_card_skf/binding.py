"""The vendor's library by ctypes: the calls of GM/T 0016 that a signature needs, and how each is called.

A ULONG is 32 bits in the standard and ``unsigned long`` in many libraries. So every one that is written to is eight
octets, zero before the call, which reads right either way on the little-endian machines there are; no structure that
has a ULONG before what we read is used. SM3 and Z are computed here: on ``SKF_DigestInit`` vendors differ.
"""

import ctypes
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ctypes import POINTER, c_char_p, c_int, c_uint32, c_uint64, c_void_p
from typing import Any

from hub_card_skf.codes import SkfFault

if sys.platform == "win32":
    from ctypes import WinDLL as Loader
else:
    from ctypes import CDLL as Loader  # noqa: N811

LOCK = threading.RLock()  # one call at a time in a process: the libraries do not promise to bear threads
NUMBER, HANDLE = POINTER(c_uint64), POINTER(c_void_p)

FUNCTIONS: Mapping[str, Sequence[Any]] = {
    "SKF_EnumDev": (c_int, c_char_p, NUMBER),
    "SKF_ConnectDev": (c_char_p, HANDLE),
    "SKF_DisConnectDev": (c_void_p,),
    "SKF_GetDevInfo": (c_void_p, c_char_p),
    "SKF_EnumApplication": (c_void_p, c_char_p, NUMBER),
    "SKF_OpenApplication": (c_void_p, c_char_p, HANDLE),
    "SKF_CloseApplication": (c_void_p,),
    "SKF_GetPINInfo": (c_void_p, c_uint32, NUMBER, NUMBER, NUMBER),
    "SKF_VerifyPIN": (c_void_p, c_uint32, c_char_p, NUMBER),
    "SKF_ClearSecureState": (c_void_p,),
    "SKF_EnumContainer": (c_void_p, c_char_p, NUMBER),
    "SKF_OpenContainer": (c_void_p, c_char_p, HANDLE),
    "SKF_CloseContainer": (c_void_p,),
    "SKF_ExportCertificate": (c_void_p, c_int, c_char_p, NUMBER),
    "SKF_ECCSignData": (c_void_p, c_char_p, c_uint32, c_char_p),
}
USER = 1  # the kind of PIN
DEVICE_INFO = 512  # octets; more than any DEVINFO has
SERIAL = slice(162, 194)  # of a DEVINFO: after its version, manufacturer, issuer and label
SIGNATURE = 128  # octets: r and s in 64 each, zeros first
R, S = slice(32, 64), slice(96, 128)


class Library:
    """One loaded library. Every function raises SkfFault, and is called with ``LOCK`` held."""

    def __init__(self, path: str) -> None:
        """Raises OSError, AttributeError when it is no SKF library."""
        loaded = Loader(path)
        self._functions = {name: getattr(loaded, name) for name in FUNCTIONS}
        for name, function in self._functions.items():
            function.argtypes, function.restype = FUNCTIONS[name], c_uint32

    def call(self, name: str, *arguments: Any) -> None:
        """Call it."""
        code = self._functions[name](*arguments)
        if code:
            raise SkfFault(code)

    def devices(self, *, present: bool) -> list[bytes]:
        """The names of what is plugged in, or of all that the library can drive."""
        return self._names("SKF_EnumDev", int(present))

    def serial(self, device: c_void_p) -> str:
        """The device's number."""
        info = ctypes.create_string_buffer(DEVICE_INFO)
        self.call("SKF_GetDevInfo", device, info)
        return info.raw[SERIAL].partition(b"\0")[0].decode("ascii", "replace").strip()

    def applications(self, device: c_void_p) -> list[bytes]:
        """The names of its applications."""
        return self._names("SKF_EnumApplication", device)

    def containers(self, application: c_void_p) -> list[bytes]:
        """The names of its containers."""
        return self._names("SKF_EnumContainer", application)

    @contextmanager
    def connected(self, name: bytes) -> Iterator[c_void_p]:
        """A device."""
        yield from self._held("SKF_ConnectDev", "SKF_DisConnectDev", name)

    @contextmanager
    def application(self, device: c_void_p, name: bytes) -> Iterator[c_void_p]:
        """An application of a device."""
        yield from self._held("SKF_OpenApplication", "SKF_CloseApplication", device, name)

    @contextmanager
    def container(self, application: c_void_p, name: bytes) -> Iterator[c_void_p]:
        """A container of an application."""
        yield from self._held("SKF_OpenContainer", "SKF_CloseContainer", application, name)

    def pin_info(self, application: c_void_p) -> tuple[int, bool]:
        """Tries left, and whether the PIN is still the factory's."""
        most, left, default = c_uint64(), c_uint64(), c_uint64()
        self.call("SKF_GetPINInfo", application, USER, most, left, default)
        return left.value, bool(default.value)

    def certificate(self, container: c_void_p) -> bytes:
        """The signing certificate, DER."""
        return self._read("SKF_ExportCertificate", container, 1)

    @contextmanager
    def logged_in(self, application: c_void_p, pin: bytes, left: c_uint64) -> Iterator[None]:
        """One try of the user's PIN; ``left`` gets the tries that are left."""
        self.call("SKF_VerifyPIN", application, USER, pin, left)
        try:
            yield
        finally:
            with suppress(SkfFault):
                self.call("SKF_ClearSecureState", application)

    def sign(self, container: c_void_p, digest: bytes) -> bytes:
        """r || s, 64 octets, over a digest of 32."""
        blob = ctypes.create_string_buffer(SIGNATURE)
        self.call("SKF_ECCSignData", container, digest, len(digest), blob)
        return blob.raw[R] + blob.raw[S]

    def _held(self, begin: str, end: str, *arguments: Any) -> Iterator[c_void_p]:
        handle = c_void_p()
        self.call(begin, *arguments, handle)
        try:
            yield handle
        finally:
            with suppress(SkfFault):  # a key that was pulled cannot say goodbye
                self.call(end, handle)

    def _read(self, name: str, *arguments: Any) -> bytes:
        """First the size, then the content."""
        size = c_uint64()
        self.call(name, *arguments, None, size)
        content = ctypes.create_string_buffer(size.value or 1)
        self.call(name, *arguments, content, size)
        return content.raw[: size.value]

    def _names(self, name: str, *arguments: Any) -> list[bytes]:
        return [part for part in self._read(name, *arguments).split(b"\0") if part]
