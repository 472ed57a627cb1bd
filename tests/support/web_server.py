"""A web server on this machine, which answers badly when asked to."""

import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Server:
    """Answers of a loopback server by path; paths that have none are not found."""

    def __init__(self):
        self.answers = defaultdict(lambda: [self.status(404)])
        self.requests = []
        self.ranges = []  # what each request asked for of the file
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = urlsplit(self.path).path
                outer.requests.append(path)
                outer.ranges.append(self.headers.get("Range"))
                answers = outer.answers[path]
                # The last answer is repeated.
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                answer(self)

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def url(self, path=""):
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def add(self, path, *answers):
        """Let a path give these answers in turn: contents, or functions of the handler."""
        self.answers[path] = [a if callable(a) else self.content(a) for a in answers]
        return self.url(path)

    def content(self, content, kind="application/octet-stream"):
        data = content.encode() if isinstance(content, str) else content

        def answer(handler):
            handler.send_response(200)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)

        return answer

    def status(self, code, body="<html>no</html>"):
        def answer(handler):
            handler.send_response(code)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body.encode())

        return answer

    def redirect(self, to):
        def answer(handler):
            handler.send_response(302)
            handler.send_header("Location", to)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        return answer

    def cut(self, content):
        """Announce twice as much as is sent."""

        def answer(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(2 * len(content)))
            handler.end_headers()
            handler.wfile.write(content)
            handler.wfile.flush()
            handler.close_connection = True

        return answer

    def in_parts(self, content, version='"one"', sends=None, header="ETag"):
        """Answer as a server that can send the rest of a file; after `sends` bytes it hangs up."""

        def answer(handler):
            asked, known = handler.headers.get("Range"), handler.headers.get("If-Range")
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and known == version else 0
            rest = content[start:]
            handler.send_response((206 if start else 200) if rest else 416)
            handler.send_header(header, version)
            handler.send_header("Content-Length", str(len(rest)))
            if start:
                handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            handler.end_headers()
            handler.wfile.write(rest[:sends])
            handler.wfile.flush()
            handler.close_connection = True

        return answer

    def hang_up(self, handler):
        """Close the connection without a word."""
        handler.close_connection = True

    def hang(self, handler):
        """Say nothing until the test is over."""
        self.released.wait(30)

    def stop(self):
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
