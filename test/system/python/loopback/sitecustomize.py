"""Refuses every connection and look-up that is not for this machine: no client reaches anybody else from here."""

import socket

_HERE = ("127.", "::1", "localhost", "/")


def _is_here(address):
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host is None or host == "" or str(host).startswith(_HERE)


def _guarded(function, address_of):
    def guard(*args, **kwargs):
        address = address_of(args)
        if not _is_here(address):
            raise ConnectionRefusedError(f"a client asks for {address}, which is not this machine")
        return function(*args, **kwargs)

    return guard


socket.socket.connect = _guarded(socket.socket.connect, lambda args: args[1])
socket.socket.connect_ex = _guarded(socket.socket.connect_ex, lambda args: args[1])
socket.getaddrinfo = _guarded(socket.getaddrinfo, lambda args: args[0])
