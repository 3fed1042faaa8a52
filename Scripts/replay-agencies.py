#!/usr/bin/env python3
"""Serves agencies' answers that were made before, so that a benchmark of the exchange does not measure the agencies.

Usage: replay-agencies.py UPSTREAM FOLDER READY-FILE

The first time that something is asked, the agencies at UPSTREAM (http://127.0.0.1:PORT) are asked, and their answer is
kept in FOLDER; from then on it comes from there. Only what makes no difference is left out of a request's name: 国税's
tran_seq, which the answer repeats. READY-FILE gets the port. For loopback only.
"""

import hashlib, http.client, http.server, os, re, shutil, socketserver, sys

upstream, folder, ready = sys.argv[1:]
host = upstream.split("//")[1]
os.makedirs(folder, exist_ok=True)
sequence = re.compile(rb"<tran_seq>([^<]*)</tran_seq>")
kept = ("content-type", "etag", "last-modified", "content-encoding", "accept-ranges")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = sequence.search(body)
        name = hashlib.sha256(
            b"\n".join([self.command.encode(), self.path.encode(), (self.headers.get("Range") or "").encode(),
                        sequence.sub(b"", body)])).hexdigest()
        path = os.path.join(folder, name)
        if not os.path.exists(path + ".head"):
            self.ask(body, path)
        with open(path + ".head", "rb") as head:
            status, *headers = head.read().decode().split("\n")
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = f"HTTP/1.1 {status} -\r\n" + "".join(f"{line}\r\n" for line in headers if line)
            if said:
                text = sequence.sub(b"<tran_seq>" + said[1] + b"</tran_seq>", file.read(), count=1)
                self.wfile.write(f"{start}Content-Length: {len(text)}\r\n\r\n".encode() + text)
                return
            self.wfile.write(f"{start}Content-Length: {size}\r\n\r\n".encode())
            self.wfile.flush()
            sent = 0
            while sent < size:
                sent += os.sendfile(self.connection.fileno(), file.fileno(), sent, size - sent)

    do_GET = do_POST = answer

    def ask(self, body, path):
        agency = http.client.HTTPConnection(host)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        agency.request(self.command, self.path, body or None, headers)
        answer = agency.getresponse()
        with open(f"{path}.{os.getpid()}", "wb") as file:
            shutil.copyfileobj(answer, file, 1 << 20)
        os.rename(f"{path}.{os.getpid()}", path)
        lines = [str(answer.status)] + [f"{name}: {value}" for name, value in answer.getheaders() if name.lower() in kept]
        with open(path + ".head", "wb") as file:
            file.write("\n".join(lines).encode())
        agency.close()

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


server = Server(("127.0.0.1", 0), Handler)
with open(ready, "w") as file:
    file.write(f"http://127.0.0.1:{server.server_port}\n")
server.serve_forever()
