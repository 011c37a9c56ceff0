"""A time authority (RFC 3161) over HTTP for tests, honest or in one of many ways not.

    time-authority.py FOLDER [WAY]

FOLDER has what `openssl ts -reply` needs (ts.cnf). Prints its address once it answers. WAY says what is wrong with it:
`hang` never answers, `page` answers a web page, `error` with 500, `long` with megabytes, `garbage` with no DER,
`cut` with half an answer, `other` stamps something else, `old` gives the same answer to everybody.
"""

import http.server
import pathlib
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(sys.argv[1])
WAY = sys.argv[2] if len(sys.argv) > 2 else "honest"
kept = []


def stamp(request):
    with tempfile.TemporaryDirectory() as name:
        query, reply = pathlib.Path(name) / "q", pathlib.Path(name) / "r"
        query.write_bytes(request)
        subprocess.run(
            ["openssl", "ts", "-reply", "-queryfile", query, "-out", reply, "-config", FOLDER / "ts.cnf"],
            check=True, stderr=subprocess.DEVNULL)
        return reply.read_bytes()


def other(request):
    """The request with another imprint: its 32 bytes follow the OCTET STRING's head."""
    place = request.index(b"\x04\x20") + 2
    return request[:place] + bytes(32) + request[place + 32:]


class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] != "application/timestamp-query":
            return self.answer(415, "text/plain", b"")
        if WAY == "hang":
            time.sleep(600)
        if WAY == "page":
            return self.answer(200, "text/html", b"<html>down for maintenance</html>")
        if WAY == "error":
            return self.answer(500, "text/plain", b"no")
        bodies = {"long": lambda: bytes(1 << 22), "garbage": lambda: b"garbage", "other": lambda: stamp(other(request))}
        body = bodies.get(WAY, lambda: stamp(request))()
        kept.append(body)
        if WAY == "old":
            body = kept[0]
        self.answer(200, "application/timestamp-reply", body[:len(body) // 2] if WAY == "cut" else body)

    def answer(self, status, media_type, body):
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority)
server.daemon_threads = True
print(f"listening on http://127.0.0.1:{server.server_address[1]}/", flush=True)
server.serve_forever()
