import numpy as np
import pytest

from remix.errors import DataError
from remix.study.data.text import embed

CORPUS = ["grain wheat grain", "wheat ship", "ship port port", "grain port alone", "wheat ship port ship"]


def by_hand(texts, corpus, components):
    """TF-IDF and the singular value decomposition as textbooks write them, on dense matrices."""
    terms = sorted({w for text in corpus for w in text.split() if sum(w in t.split() for t in corpus) > 1})
    shared = np.array([sum(term in text.split() for text in corpus) for term in terms])
    weights = np.log((1 + len(corpus)) / (1 + shared)) + 1

    def weighted(text):
        counts = np.array([text.split().count(term) for term in terms], float)
        values = weights * np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)
        return values / (np.linalg.norm(values) or 1)

    *_, directions = np.linalg.svd(np.array([weighted(text) for text in corpus]))
    directions = directions[:components]
    # A singular vector's sign is free: its entry of the largest size is made positive.
    largest = directions[np.arange(components), np.abs(directions).argmax(axis=1)]
    return np.array([weighted(text) for text in texts]) @ (directions * np.sign(largest)[:, None]).T


def test_vectors_are_those_of_the_textbook():
    texts = [*CORPUS, "Port, wheat!", "wheat wheat wheat"]
    plain = [text.lower().replace(",", "").replace("!", "") for text in texts]
    vectors = embed(texts, CORPUS, 3)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, by_hand(plain, CORPUS, 3), atol=1e-6)


def test_what_is_described_has_no_part_in_what_is_learnt():
    alone, among_others = embed(["wheat port"], CORPUS, 2), embed(["ship ship", "wheat port"], CORPUS, 2)
    assert (alone[0] == among_others[1]).all()
    assert not np.allclose(alone, embed(["wheat port"], [*CORPUS, "wheat port alone"], 2))


def test_no_known_word_is_the_zero_vector():
    assert not embed(["alone", "", "nothing known"], CORPUS, 2).any()


def test_the_same_bytes_each_time():
    assert embed(CORPUS, CORPUS, 3).tobytes() == embed(CORPUS, CORPUS, 3).tobytes()


@pytest.mark.parametrize(
    ("corpus", "components", "message"),
    [
        (
            CORPUS,
            4,
            "4 components cannot be learnt from 5 texts with 4 terms that two of them share; choose few",
        ),
        (CORPUS[:2], 2, "2 components cannot be learnt from 2 texts with 1 terms"),
        (["one two", "three four"], 1, "the 2 texts to learn from share no terms"),
        (["", ""], 1, "the 2 texts to learn from share no terms"),
        ([], 1, "the 0 texts to learn from share no terms"),
    ],
)
def test_too_little_to_learn_from(corpus, components, message):
    with pytest.raises(DataError, match=message):
        embed(["wheat"], corpus, components)
