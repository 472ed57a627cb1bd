"""Datasets, archives and package indexes on a web server of this machine."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from packing import zip_of
from PIL import Image

from remix.errors import SourceError
from remix.study.data.catalogue import Dataset
from remix.study.data.fetching import fetch, ticket
from remix.study.data.formats import read_table
from remix.study.data.preparation import read_and_prepare
from remix.study.data.sources.downloading import Network

CONFIG = Path(__file__).parents[3] / "config"


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


PICTURES = {"cat/1.png": (1, 2), "cat/2.png": (3, 4), "dog/1.png": (5, 6)}


@pytest.fixture
def pictures(make_dataset):
    """Tiny grey images: draws them into a folder, and builds a dataset of them."""

    def draw(folder, pictures=PICTURES):
        for name, pixels in pictures.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.array([pixels], np.uint8)).save(folder / name)
        (folder / "readme.txt").write_text("two cats and a dog")
        return folder

    def dataset(source):
        changes = {"image": [1, 2, 1], "classes": ["cat", "dog"], "target": None}
        return make_dataset(source | {"format": "folder"}, **changes)

    return SimpleNamespace(names=list(PICTURES), draw=draw, dataset=dataset)


@pytest.fixture
def places(tmp_path):
    """The folder for the raw files, and that of the user's."""
    data_dir = tmp_path / "data"
    (data_dir / "tiny").mkdir(parents=True)
    return tmp_path / "raw" / "tiny", data_dir


@pytest.fixture
def place(places):
    """Writes a file as the user places it."""

    def place(name, content):
        (places[1] / "tiny" / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return place


@pytest.fixture
def run(places, network):
    """Fetches as a run of the workflow does: the ticket is asked for first."""

    def run(dataset, on_missing="skip", network=network):
        folder, data_dir = places
        stamp = ticket(dataset, data_dir, folder)
        return fetch(dataset, folder, data_dir, network, on_missing, stamp)

    return run


@pytest.fixture
def prepared_from(places):
    """Does what the rule prepare does with what was fetched."""

    def prepared_from(dataset, record):
        source = dataset.sources[record["source"]]
        return read_and_prepare(places[0], list(record["files"]), dataset, source, record["described"])

    return prepared_from


@pytest.fixture
def read_and_prepared(tmp_path, make_dataset):
    """Writes files, and reads and prepares them as one source of a dataset."""

    def read_and_prepared(files, source=None, **changes):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        source = {"file": "unused", **(source or {})}
        return read_and_prepare(tmp_path, list(files), make_dataset(source, **changes), source)

    return read_and_prepared


@pytest.fixture
def read_files(tmp_path):
    """Writes files and reads them as one table."""

    def read_files(files, image=None, **source):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(tmp_path, list(files), {"file": "unused", **source}, image)

    return read_files


@pytest.fixture
def real_file():
    """Gives a file of real data by its place in a folder of placed files; skips where it is not at hand."""

    def real_file(name):
        path = Path(os.environ.get("REMIX_DATA_DIR", CONFIG.parent / "data"), name)
        if not path.is_file():
            pytest.skip(f"{path} is not there; REMIX_DATA_DIR names a folder of placed files")
        return path

    return real_file


@pytest.fixture
def refusal(run, make_dataset):
    """Says why a source of a dataset is not taken, which has another one that nothing comes from."""

    def refusal(source, **changes):
        nothing = {"url": "http://127.0.0.1:9/nothing.csv"}
        try:
            attempt, _ = run(make_dataset(source, nothing, **changes))["attempts"]
        except SourceError as error:  # of the user's own file
            reason = str(error).partition(f"file {source['file']}: ")[2]
            attempt = {"reason": reason.rpartition("; correct the file")[0]}
        assert attempt["reason"].isprintable()
        return attempt["reason"]

    return refusal


def entries_of(name):
    return yaml.load((CONFIG / name).read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["datasets"]


@pytest.fixture(scope="session")
def catalogue_entries():
    """The entries of config/datasets.yaml by name."""
    return entries_of("datasets.yaml")


@pytest.fixture(scope="session")
def catalogue(catalogue_entries):
    """Their datasets."""
    return {name: Dataset.from_entry(name, entry) for name, entry in catalogue_entries.items()}


@pytest.fixture(scope="session")
def extended():
    """The datasets that config/extended.yaml adds; of the others it changes the ratios alone."""
    entries = entries_of("extended.yaml")
    return {name: Dataset.from_entry(name, entries[name]) for name in entries if "classes" in entries[name]}
