"""The plain sentence for what can go wrong in a run, as far as a person can do something about it."""

import errno

from models.contract.errors import NaevusError
from training.loop.distributed import PeerLostError, is_peer_lost
from training.loop.memory import is_device_lost, is_out_of_memory


class PlanRefusedError(NaevusError):
    """A plan asks for what does not exist; the message is the sentence to show."""


_FULL_DISK = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def plain_reason(error: BaseException) -> str | None:
    """Why the run ended, in a sentence; None for what nobody foresaw."""
    if isinstance(error, NaevusError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "The run was interrupted from the keyboard; it can be resumed."
    if is_peer_lost(error):
        return str(PeerLostError())
    if is_out_of_memory(error):
        return "The memory of this machine did not suffice; close other programs or choose smaller images."
    if is_device_lost(error):
        return "The graphics processor stopped answering; the run can be resumed, on the CPU if need be."
    if isinstance(error, OSError):
        return _reason_of_file(error)
    return None


def _reason_of_file(error: OSError) -> str | None:
    if error.errno in _FULL_DISK:
        return "The disk is full; make room and resume the run, which goes on from its last checkpoint."
    if error.filename is None:
        return None
    return f"{error.filename} cannot be read or written: {error.strerror}."
