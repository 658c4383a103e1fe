"""Access lists of Windows folders: who may open them, read and set through the system's own functions."""

import re
import sys
from pathlib import Path

_ENTRY = re.compile(r"\((?P<kind>[^;()]*);(?P<flags>[^;()]*);(?P<rights>[^;()]*);;;(?P<who>[^;()]*)\)")
_OWNER = re.compile(r"O:(?P<who>S-[0-9-]+|[A-Z]{2})")
_TRUSTED = frozenset({"SY", "BA", "CO", "OW", "S-1-5-18", "S-1-5-32-544", "S-1-3-0", "S-1-3-4"})
"""The system and the administrators, who can open everything anyway, and the owner."""


def others_in(description: str, user: str) -> set[str]:
    """Return whom a security descriptor lets in besides ``user``, as identifiers.

    Args:
        description: owner and access list in the security descriptor definition language (SDDL).
        user: the user's own security identifier.
    """
    if "D:NO_ACCESS_CONTROL" in description or "D:" not in description:
        return {"WD"}  # without a list everybody may
    owner = _OWNER.search(description)
    trusted = _TRUSTED | {user} | ({owner["who"]} if owner else set())
    allowed = {entry["who"] for entry in _ENTRY.finditer(description) if entry["kind"] in ("A", "OA")}
    return allowed - trusted


def private_description(user: str) -> str:
    """Return an access list for the user, the system and the administrators that files inside inherit."""
    entries = "".join(f"(A;OICI;FA;;;{who})" for who in (user, "SY", "BA"))
    return f"D:P{entries}"


def is_open_to_others(folder: Path) -> bool:
    """Say whether other users of this Windows machine may open a folder."""
    return bool(others_in(_description_of(folder), _own_identifier()))


def close_to_others(folder: Path) -> None:
    """Let only the user, the system and the administrators open a folder and what lies in it."""
    if sys.platform != "win32":
        raise RuntimeError("only Windows has these functions")
    import ctypes
    from ctypes import wintypes

    security = ctypes.WinDLL("advapi32", use_last_error=True)
    descriptor, access_list = ctypes.c_void_p(), ctypes.c_void_p()
    present, defaulted = wintypes.BOOL(), wintypes.BOOL()
    _check(
        security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            private_description(_own_identifier()), 1, ctypes.byref(descriptor), None
        )
    )
    try:
        _check(
            security.GetSecurityDescriptorDacl(
                descriptor, ctypes.byref(present), ctypes.byref(access_list), ctypes.byref(defaulted)
            )
        )
        file_object, protected_list = 1, 0x80000004
        code = security.SetNamedSecurityInfoW(
            str(folder), file_object, protected_list, None, None, access_list, None
        )
        if code:
            raise ctypes.WinError(code)
    finally:
        _free(descriptor)


def _description_of(folder: Path) -> str:
    if sys.platform != "win32":
        raise RuntimeError("only Windows has these functions")
    import ctypes

    security = ctypes.WinDLL("advapi32", use_last_error=True)
    descriptor, text = ctypes.c_void_p(), ctypes.c_wchar_p()
    file_object, owner_and_list = 1, 0x5
    code = security.GetNamedSecurityInfoW(
        str(folder), file_object, owner_and_list, None, None, None, None, ctypes.byref(descriptor)
    )
    if code:
        raise ctypes.WinError(code)
    try:
        _check(
            security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor, 1, owner_and_list, ctypes.byref(text), None
            )
        )
        description = text.value or ""
        _free(text)
        return description
    finally:
        _free(descriptor)


def _own_identifier() -> str:
    """Return the security identifier of the user whose process this is."""
    if sys.platform != "win32":
        raise RuntimeError("only Windows has these functions")
    import ctypes
    from ctypes import wintypes

    security = ctypes.WinDLL("advapi32", use_last_error=True)
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    token, needed = wintypes.HANDLE(), wintypes.DWORD()
    query, user = 0x8, 1
    process = wintypes.HANDLE(kernel.GetCurrentProcess())
    _check(security.OpenProcessToken(process, query, ctypes.byref(token)))
    try:
        security.GetTokenInformation(token, user, None, 0, ctypes.byref(needed))
        content = ctypes.create_string_buffer(needed.value)
        _check(security.GetTokenInformation(token, user, content, needed, ctypes.byref(needed)))
    finally:
        kernel.CloseHandle(token)
    identifier, text = ctypes.c_void_p.from_buffer(content), ctypes.c_wchar_p()
    _check(security.ConvertSidToStringSidW(identifier, ctypes.byref(text)))
    found = text.value or ""
    _free(text)
    return found


def _check(succeeded: int) -> None:
    if sys.platform == "win32" and not succeeded:
        import ctypes

        raise ctypes.WinError(ctypes.get_last_error())


def _free(pointer: object) -> None:
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("kernel32").LocalFree(pointer)
