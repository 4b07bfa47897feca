"""A process that holds a PIN leaves none of its memory behind: no core dump, and no look inside by the user's other
programs (where the system can tell: Linux).
"""

import ctypes
import sys

if sys.platform != "win32":
    import resource

PR_SET_DUMPABLE = 4  # linux/prctl.h; also keeps debuggers of the same user out


def seal() -> None:
    """Do so for this process. A child that is spawned has to do it again."""
    if sys.platform == "win32":
        return  # writes no dump of a program that did not ask for one
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
