"""A web server on this machine that speaks the formats of the real ones, and answers badly when asked to."""

import hashlib
import io
import os
import tarfile
import threading
import zipfile
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import yaml

from remix.config import Network
from remix.data.catalogue import Dataset

CATALOGUE = Path(__file__).parents[3] / "config" / "datasets.yaml"


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


@pytest.fixture
def server(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def network(server):
    """Short time-outs, no further attempts, and the loopback server in the place of OpenML."""
    return Network(connect_timeout=1, read_timeout=1, retries=0, openml_server=server.url("/api/v1/xml"))


@pytest.fixture
def add_openml(server):
    """Adds a dataset to the loopback server as OpenML gives it: a description in XML, and an ARFF file."""

    def add(number, arff, target="class", more="", md5=None):
        md5 = md5 or hashlib.md5(arff.encode()).hexdigest()
        default = f"<oml:default_target_attribute>{target}</oml:default_target_attribute>" if target else ""
        description = f"""<?xml version="1.0" encoding="UTF-8"?>
<oml:data_set_description xmlns:oml="http://openml.org/openml">
  <oml:id>{number}</oml:id>
  <oml:name>tiny</oml:name>
  <oml:version>1</oml:version>
  <oml:description>A tiny table.</oml:description>
  <oml:format>ARFF</oml:format>
  <oml:upload_date>2014-04-06T23:19:20</oml:upload_date>
  <oml:licence>Public</oml:licence>
  <oml:url>{server.url(f"/data/v1/download/{number}/tiny.arff")}</oml:url>
  <oml:parquet_url>{server.url(f"/datasets/{number}/dataset_{number}.pq")}</oml:parquet_url>
  <oml:file_id>{number}</oml:file_id>
  {default}
  {more}
  <oml:visibility>public</oml:visibility>
  <oml:status>active</oml:status>
  <oml:md5_checksum>{md5}</oml:md5_checksum>
</oml:data_set_description>
"""
        server.add(f"/api/v1/xml/data/{number}", server.content(description, "text/xml; charset=utf-8"))
        server.add(f"/data/v1/download/{number}/tiny.arff", server.content(arff, "text/plain; charset=utf-8"))

    return add


@pytest.fixture
def package_index(server, monkeypatch):
    """Makes the loopback server pip's only package index; adds wheels to it and gives their SHA-256."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_INDEX_URL", server.url("/simple"))

    def add(project, version, members):
        package = project.replace("-", "_")
        info = f"{package}-{version}.dist-info"
        metadata = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        wheel = zip_of(members | metadata)
        file = f"{package}-{version}-py3-none-any.whl"
        server.add(f"/files/{file}", wheel)
        page = f'<!DOCTYPE html><html><body><a href="/files/{file}">{file}</a></body></html>'
        server.add(f"/simple/{project}/", server.content(page, "text/html"))
        return hashlib.sha256(wheel).hexdigest()

    return add


@pytest.fixture
def make_dataset():
    """Builds a dataset of three features and the classes a and b, changed as asked."""

    def make(*sources, **changes):
        entry = {"classes": ["a", "b"], "target": -1, "sources": list(sources), "tasks": {}}
        return Dataset.from_entry("tiny", entry | changes)

    return make


@pytest.fixture
def catalogue():
    """The datasets of config/datasets.yaml by name."""
    entries = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["datasets"]
    return {name: Dataset.from_entry(name, entry) for name, entry in entries.items()}


@pytest.fixture
def pack():
    """Makes archives of members by name: ``pack.zip``, ``pack.tar``; and compresses bytes: ``pack.z``."""
    return SimpleNamespace(zip=zip_of, tar=tar_of, z=compress)


def zip_of(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tar_of(members, mode="w:gz"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def compress(data):
    """Compress as Unix compress does (.Z), as far as codes of nine bits reach."""
    table = {bytes([i]): i for i in range(256)}
    codes, current = [], b""
    for byte in data:
        longer = current + bytes([byte])
        if longer in table:
            current = longer
            continue
        codes.append(table[current])
        table[longer] = len(table) + 1  # 256 is the code that clears the table
        current = bytes([byte])
    codes.append(table[current])
    assert len(codes) < 255, "longer codes would be needed"
    bits = sum(code << (9 * i) for i, code in enumerate(codes))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(codes) + 7) // 8, "little")
