"""The TLS end of the demo's pages: takes browsers at https://localhost, and passes every byte on to the gateway's socket.

It is no proxy for people at work; deploy/examples has those. Without HTTP/2 a browser has only six connections, and each
board that is open holds one: enough to look at a few. It needs no web server on the machine, only Debian's openssl, which
makes the certificate. Nobody vouches for that, so a browser warns of it, and installs no worker: without a signal nothing
can be sent here.
"""

import asyncio
import contextlib
import ssl

# After an answer, before the gateway itself ends an idle connection. A board hears a beat every 15 s.
IDLE_SECONDS = 18
PIECE_BYTES = 1 << 16


class TlsEnd:
    def __init__(self, port, upstream, certificate, key):
        self.port, self.upstream, self.certificate, self.key = port, upstream, certificate, key
        self.origin = f"https://localhost:{port}"
        self._server, self._connections = None, set()

    async def open(self):
        """Makes the certificate and listens on the loopback. Returns what openssl complains of."""
        made = await asyncio.create_subprocess_exec(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7",
            "-keyout", self.key, "-out", self.certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
        _, complaint = await made.communicate()
        if made.returncode != 0:
            return complaint.decode().strip()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port, ssl=context)
        return ""

    async def close(self):
        if self._server:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def status_of(self, path):
        """The status with which the gateway answers a browser that trusts the certificate; 0 if it does not answer."""
        trusting = ssl.create_default_context(cafile=self.certificate)
        try:
            reader, writer = await asyncio.open_connection("localhost", self.port, ssl=trusting)
        except OSError:
            return 0
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0

    async def _take(self, reader, writer):
        connection = asyncio.current_task()
        self._connections.add(connection)
        try:
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
                await self._pass_on(reader, writer)
        finally:
            self._connections.discard(connection)
            writer.close()

    async def _pass_on(self, reader, writer):
        gateway_reader, gateway_writer = await asyncio.open_unix_connection(self.upstream)
        try:
            async with asyncio.timeout(IDLE_SECONDS) as idle:
                ways = [asyncio.create_task(pass_bytes(reader, gateway_writer, lambda: idle.reschedule(None))),
                        asyncio.create_task(pass_bytes(gateway_reader, writer, lambda: idle.reschedule(
                            asyncio.get_running_loop().time() + IDLE_SECONDS)))]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)
        finally:
            gateway_writer.close()


async def pass_bytes(reader, writer, on_bytes):
    """Until one side ends: a reader that is slow slows the other side, and nothing is kept."""
    while piece := await reader.read(PIECE_BYTES):
        on_bytes()
        writer.write(piece)
        await writer.drain()
