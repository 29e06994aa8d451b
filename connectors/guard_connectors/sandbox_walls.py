"""What a parser process may not do: memory, processor, files, network, new programs.

Everything here is applied by the process to itself and cannot be undone. Each wall that
the kernel grants is named, so that a report can say which stood: ``limits`` (resource
limits), ``netns`` (own empty network), ``seccomp`` (a filter that refuses to open files,
sockets and programs). ``limits`` are always there; the two others depend on the kernel.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_THREAD = 0x10000000, 0x40000000, 0x00010000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000

# Kernel ABI: audit architecture, clone, clone3, and by name and number the calls that are refused:
# sockets (but for pairs inside the process, which a reader needs), programs, opening, creating,
# linking, renaming and removing files, tracing, namespaces.
_ABI: dict[str, tuple[int, int, int, str]] = {
    "x86_64": (
        0xC000003E,
        56,
        435,
        "open=2 socket=41 connect=42 accept=43 bind=49 listen=50 fork=57 vfork=58 execve=59 "
        "kill=62 truncate=76 rename=82 mkdir=83 rmdir=84 creat=85 link=86 unlink=87 symlink=88 chmod=90 "
        "chown=92 lchown=94 ptrace=101 utime=132 mknod=133 pivot_root=155 chroot=161 mount=165 "
        "umount2=166 setxattr=188 utimes=235 add_key=248 request_key=249 keyctl=250 openat=257 "
        "mkdirat=258 mknodat=259 fchownat=260 futimesat=261 unlinkat=263 renameat=264 linkat=265 "
        "symlinkat=266 fchmodat=268 unshare=272 utimensat=280 accept4=288 perf_event_open=298 "
        "open_by_handle_at=304 setns=308 process_vm_readv=310 process_vm_writev=311 renameat2=316 bpf=321 "
        "execveat=322 userfaultfd=323 pidfd_send_signal=424 io_uring_setup=425 io_uring_enter=426 "
        "io_uring_register=427 pidfd_open=434 openat2=437 pidfd_getfd=438 ",
    ),
    "aarch64": (
        0xC00000B7,
        220,
        435,
        "setxattr=5 mknodat=33 mkdirat=34 unlinkat=35 symlinkat=36 linkat=37 renameat=38 umount2=39 "
        "mount=40 pivot_root=41 truncate=45 chroot=51 fchmodat=53 fchownat=54 openat=56 utimensat=88 "
        "unshare=97 ptrace=117 kill=129 socket=198 bind=200 listen=201 accept=202 "
        "connect=203 add_key=217 request_key=218 keyctl=219 execve=221 perf_event_open=241 accept4=242 "
        "open_by_handle_at=265 setns=268 process_vm_readv=270 process_vm_writev=271 renameat2=276 bpf=280 "
        "execveat=281 userfaultfd=282 pidfd_send_signal=424 io_uring_setup=425 io_uring_enter=426 "
        "io_uring_register=427 pidfd_open=434 openat2=437 pidfd_getfd=438 ",
    ),
}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def leave_network() -> bool:
    """Move this process, before it has threads, into an empty network; False where refused."""
    libc = _libc()
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the one that forked it ends."""
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit(memory: int, cpu_seconds: int) -> None:
    """Cap address space at ``memory`` bytes above what is mapped now, and CPU; write no file, no core."""
    mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    ceilings = {
        resource.RLIMIT_AS: mapped + memory,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for what, most in ceilings.items():
        resource.setrlimit(what, (most, most))
    _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _instruction(code: int, on_true: int, on_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, on_true, on_false, value)


def _program(arch: int, clone: int, clone3: int, refused: str) -> bytes:
    """The filter as BPF: other architectures die, threads may start, the refused calls get EPERM."""
    load, equal, bits, answer = 0x20, 0x15, 0x45, 0x06
    lines = [
        _instruction(load, 0, 0, 4),
        _instruction(equal, 1, 0, arch),
        _instruction(answer, 0, 0, 0x80000000),
        _instruction(load, 0, 0, 0),
        _instruction(equal, 0, 1, clone3),
        _instruction(answer, 0, 0, _ERRNO | errno.ENOSYS),
        _instruction(equal, 0, 4, clone),
        _instruction(load, 0, 0, 16),
        _instruction(bits, 1, 0, _CLONE_THREAD),
        _instruction(answer, 0, 0, _ERRNO | errno.EPERM),
        _instruction(answer, 0, 0, _ALLOW),
    ]
    for call in refused.split():
        number = int(call.partition("=")[2])
        lines += [_instruction(equal, 0, 1, number), _instruction(answer, 0, 0, _ERRNO | errno.EPERM)]
    return b"".join([*lines, _instruction(answer, 0, 0, _ALLOW)])


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


def refuse_calls() -> bool:
    """Install the system-call filter in this process; False where the kernel has none."""
    abi = _ABI.get(platform.machine())
    if abi is None or os.name != "posix":
        return False
    program = _program(*abi)
    buffer = ctypes.create_string_buffer(program, len(program))
    filled = _Filter(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = _libc()
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(filled), 0, 0) == 0)
