"""Datasets on OpenML, through its own client in a process of its own.

The client has no time-out for requests, and it makes folders for its settings and its cache when it is
imported. So it runs in another process, in which requests are given a time-out and the folders are temporary.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from remix.errors import SourceError
from remix.study.data.raw_files import MAX_BYTES
from remix.study.data.sources.downloading import Network, run_client


def download(source: Mapping[str, Any], folder: Path, network: Network, unfinished: Path) -> dict[str, Any]:
    """Download an ARFF file from OpenML; see `remix.study.data.sources.downloading.download`.

    The client compares the file with the MD5 that OpenML gives.
    """
    with tempfile.TemporaryDirectory() as scratch:
        answer = Path(scratch, "answer.json")
        request = {
            "id": source["openml"],
            "file": str(folder / f"{source['openml']}.arff"),
            "answer": str(answer),
            "server": network.openml_server,
            "timeout": [network.connect_timeout, network.read_timeout],
            "retries": network.retries,
        }
        package_root = str(Path(__file__).parents[4])
        environment = os.environ | {
            "XDG_CONFIG_HOME": scratch,
            "OPENML_CACHE_DIR": scratch,
            "OPENML_SKIP_PARQUET": "true",
            "PYTHONPATH": os.pathsep.join([package_root, *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        command = [sys.executable, "-m", "remix.study.data.sources.openml", json.dumps(request)]
        done = run_client("the OpenML client", command, env=environment)
        if not answer.exists():
            last = (done.stderr.strip().splitlines() or ["without a message"])[-1]
            raise SourceError(f"the OpenML client failed: {last[:150]}")
        result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if "reason" in result:
        raise SourceError(result["reason"])
    return result


def main(request: Mapping[str, Any]) -> None:
    """Do the download of a request; runs in the process of its own."""
    from remix.study.data.sources.retrying import attempt

    _limit_requests(*request["timeout"])
    try:
        result = attempt(partial(_fetch, request), request["retries"])
    except SourceError as error:
        result = {"reason": str(error)}
    Path(request["answer"]).write_text(json.dumps(result), encoding="utf-8")


def _limit_requests(connect_timeout: float, read_timeout: float) -> None:
    """Give every request of this process a time-out."""
    import requests

    class Impatient(requests.adapters.HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> requests.Response:
            response = super().send(*args, **kwargs | {"timeout": (connect_timeout, read_timeout)})
            # The client reads answers whole, into memory.
            response.iter_content = partial(_bounded, response.iter_content)  # type: ignore[method-assign]
            # The client would say that it does not understand the answer; `attempt` tries again.
            if response.status_code >= 500:
                response.raise_for_status()
            return response

    requests.sessions.HTTPAdapter = Impatient  # type: ignore[attr-defined]


def _bounded(iter_content: Callable[..., Iterator[bytes]], *args: Any, **kwargs: Any) -> Iterator[bytes]:
    """Give the content of an answer, until it is too much."""
    size = 0
    for chunk in iter_content(*args, **kwargs):
        size += len(chunk)
        if size > MAX_BYTES:
            raise SourceError(f"an answer of OpenML is larger than {MAX_BYTES} bytes")
        yield chunk


def _fetch(request: Mapping[str, Any]) -> dict[str, Any]:
    # Imported here, for it reads the environment that `download` sets, and takes a second.
    import openml

    openml.config.server = request["server"]
    # `attempt` tries again; the client's own pauses are long, and it does not do so after a time-out.
    openml.config.set_retry_policy("human", 1)
    try:
        dataset = openml.datasets.get_dataset(
            request["id"], download_data=True, download_qualities=False, download_features_meta_data=False
        )
    except openml.exceptions.OpenMLHashException:
        raise SourceError("the file differs from the MD5 that OpenML gives") from None
    except openml.exceptions.OpenMLServerException as error:
        message = " ".join(str(error.message).split())
        raise SourceError(f"OpenML answers: {message} (code {error.code})") from None
    except openml.exceptions.OpenMLServerError as error:
        raise SourceError(_unexpected(str(error))) from None
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"OpenML's description cannot be read ({type(error).__name__})") from None
    shutil.copyfile(str(dataset.data_file), request["file"])
    described = {}
    if dataset.default_target_attribute:
        described["target"] = dataset.default_target_attribute
    row_ids = [dataset.row_id_attribute] if dataset.row_id_attribute else []
    return {**described, "drop": [*row_ids, *(dataset.ignore_attribute or [])]}


def _unexpected(text: str) -> str:
    """Make one line of what the client says of an answer that it does not understand."""
    status = text.partition("Status code:")[2].split()
    return f"HTTP {status[0]}, with no OpenML answer" if status else "no OpenML answer"


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
