"""Datasets, archives and package indexes on a web server of this machine."""

import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from remix.study.data.catalogue import Dataset
from remix.study.data.sources.downloading import Network

CATALOGUE = Path(__file__).parents[3] / "config" / "datasets.yaml"


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


@pytest.fixture(scope="session")
def catalogue_entries():
    """The entries of config/datasets.yaml by name."""
    return yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["datasets"]


@pytest.fixture(scope="session")
def catalogue(catalogue_entries):
    """Their datasets."""
    return {name: Dataset.from_entry(name, entry) for name, entry in catalogue_entries.items()}


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
