"""When a dataset is fetched again, and when not."""

import dataclasses
import os
import shutil

import pytest

from remix.study.data.catalogue import TextColumn
from remix.study.data.fetching import read_source, ticket

CSV = "1,2,3,a\n4,5,6,b\n"


@pytest.fixture
def now(places):
    """The ticket that the next run would have."""
    return lambda dataset: ticket(dataset, places[1], places[0])


def test_a_ticket_stays_while_nothing_changes(run, now, places, server, make_dataset):
    dataset = make_dataset({"url": server.add("/t.csv", CSV)}, title="One")
    before = now(dataset)
    assert now(dataset) == before
    record = run(dataset)
    assert record["ticket"] == before
    assert read_source(places[0]) == record
    assert now(dataset) == before
    assert now(dataclasses.replace(dataset, title="Two", tasks=())) == before
    # As Snakemake does before it fetches again, and it asks for the ticket once more then.
    shutil.rmtree(places[0])
    assert now(dataset) == before


def test_another_entry_gives_another_ticket(run, now, make_dataset, tmp_path):
    (tmp_path / "t.csv").write_text(CSV)
    # Labels of the source may be numbers and texts.
    dataset = make_dataset({"file": str(tmp_path / "t.csv"), "labels": {1: "a", "b": "b"}})
    changes = [
        {"sources": ({"file": "t.csv"},)},
        {"sources": ({"url": "http://127.0.0.1:9/t.csv"},)},
        {"rows": 2},
        {"features": 3},
        {"classes": ("b", "a")},
        {"target": 3},
        {"drop": (0,)},
        {"categorical": (0,)},
        {"image": (1, 3, 1)},
        {"keep": (0,)},
        {"text": TextColumn(0)},
        {"text": TextColumn(0, components=5)},
    ]
    tickets = [run(dataset)["ticket"]]
    for change in changes:
        changed = dataclasses.replace(dataset, **change)
        tickets.append(now(changed))
        assert now(changed) == tickets[-1]
    assert len(set(tickets)) == 1 + len(changes)


def test_missing_data_gives_another_ticket_at_every_run_until_it_turns_up(
    run, now, places, server, make_dataset
):
    dataset = make_dataset({"url": server.url("/t.csv")})
    seen = [now(dataset)]
    for _ in range(3):
        assert run(dataset)["ticket"] == seen[-1]
        seen.append(now(dataset))
        shutil.rmtree(places[0])
        assert now(dataset) == seen[-1]
    assert len(set(seen)) == 4
    server.add("/t.csv", CSV)
    assert run(dataset)["available"]
    assert now(dataset) == seen[-1]


def test_placing_files_gives_another_ticket(run, now, place, places, server, make_dataset):
    dataset = make_dataset({"url": server.add("/t.csv", CSV)})
    first = run(dataset)["ticket"]
    place("unrelated.txt", "notes")
    assert now(dataset) == first
    place("t.csv", CSV)
    second = now(dataset)
    assert second != first
    assert run(dataset)["origin"] == "placed"
    assert now(dataset) == second
    place("t.csv", CSV.replace("6", "7"))
    assert now(dataset) not in (first, second)
    # Touching files, or taking them away, changes nothing.
    place("t.csv", CSV)
    os.utime(places[1] / "tiny" / "t.csv", (1, 1))
    assert now(dataset) == second
    assert ticket(dataset, places[1].with_name("elsewhere"), places[0]) == second
    shutil.rmtree(places[1])
    assert now(dataset) == second


def test_only_what_comes_before_the_taken_source_counts(run, now, place, make_dataset, tmp_path):
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    place("mine.csv", CSV)
    dataset = make_dataset({"file": str(early)}, {"url": "http://127.0.0.1:9/mine.csv"}, {"file": str(late)})
    before = run(dataset)["ticket"]
    late.write_text(CSV)
    early.write_text(CSV)
    assert now(dataset) == before
    place("early.csv", CSV)
    assert now(dataset) != before


def test_an_edited_file_source_is_fetched_again_whatever_its_size_and_date(run, now, make_dataset, tmp_path):
    """As cp -p, rsync -t or an archive leave it."""
    path = tmp_path / "mine.csv"
    path.write_text(CSV)
    os.utime(path, (1, 1))
    dataset = make_dataset({"file": str(path)})
    before = run(dataset)["ticket"]
    assert now(dataset) == before
    path.write_text(CSV.replace("6", "7"))
    os.utime(path, (1, 1))
    second = run(dataset)["ticket"]
    assert second != before
    other = tmp_path / "other.csv"
    other.write_text(CSV)
    os.utime(other, (1, 1))
    other.replace(path)
    assert now(dataset) not in (before, second)
    path.unlink()
    assert now(dataset) == second


@pytest.mark.parametrize("placed", [True, False])
def test_a_changed_folder_is_fetched_again(run, now, places, pictures, tmp_path, placed):
    folder = pictures.draw(places[1] / "tiny" if placed else tmp_path / "pets")
    dataset = pictures.dataset({"file": "away/pets" if placed else str(folder)})
    before = run(dataset)["ticket"]
    assert now(dataset) == before
    (folder / "readme.txt").write_text("nobody reads this")
    os.utime(folder / "cat/1.png", (1, 1))
    assert now(dataset) == before

    content = (folder / "cat/1.png").read_bytes()
    pictures.draw(folder, {"cat/1.png": (9, 9)})
    assert now(dataset) != before
    (folder / "cat/1.png").write_bytes(content)
    assert now(dataset) == before
    (folder / "cat/1.png").rename(folder / "dog/2.png")
    assert now(dataset) != before
    (folder / "dog/2.png").rename(folder / "cat/1.png")
    pictures.draw(folder, {"dog/3.png": (1, 1)})
    assert now(dataset) != before
    (folder / "dog/3.png").unlink()
    (folder / "dog/1.png").unlink()
    assert now(dataset) != before
    shutil.rmtree(folder)
    assert now(dataset) == before


@pytest.mark.parametrize("content", ["", "[]", "{", '{"available": true}'])
def test_broken_notes_are_no_notes(now, places, make_dataset, content):
    dataset = make_dataset({"url": "http://127.0.0.1:9/t.csv"})
    before = now(dataset)
    places[0].mkdir(parents=True)
    (places[0].parent / ".tiny.json").write_text(content)
    (places[0] / "source.json").write_text(content)
    assert now(dataset) == before
    assert read_source(places[0]) is None
