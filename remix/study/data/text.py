"""Texts as dense vectors: latent semantic analysis of their words.

Frequencies of terms are weighted by TF-IDF, and projected on the leading singular vectors of the texts that
these are learnt from (Deerwester et al., Indexing by latent semantic analysis, JASIS 41 (1990) 391-407).
"""

from collections.abc import Sequence

import numpy as np

from remix.errors import DataError

# A term of one text only says nothing about how texts are alike.
_FEWEST_TEXTS = 2


def embed(texts: Sequence[str], corpus: Sequence[str], components: int) -> np.ndarray:
    """Describe texts by dense vectors, which are learnt without labels.

    Parameters
    ----------
    texts : sequence of str, length n
        The texts to describe. One without a known term becomes the zero vector.
    corpus : sequence of str
        What terms, their weights and the projection are learnt from.
    components : int
        Length of the vectors; less than the number of texts in `corpus`, and of terms that two of them share.

    Returns
    -------
    ndarray of float32, shape (n, components)
        Equal texts give equal numbers on one machine: the decomposition is computed to machine precision, so
        that no random choice is in it.

    Raises
    ------
    DataError
        If the corpus has too few texts or terms.

    Examples
    --------
    >>> animals = ["the cat sat", "the cat ran", "a dog ran", "a dog sat"]
    >>> embed(["a cat", "the dog", "?"], animals, 2).shape
    (3, 2)
    """
    # Imported here, for few datasets need it.
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(min_df=_FEWEST_TEXTS, sublinear_tf=True)
    try:
        known = vectorizer.fit_transform(corpus)
    except ValueError:  # scikit-learn's word for a corpus without terms
        raise DataError(f"the {len(corpus)} texts to learn from share no terms") from None
    if components >= min(known.shape):
        raise DataError(
            f"{components} components cannot be learnt from {known.shape[0]} texts with {known.shape[1]} "
            "terms that two of them share; choose fewer"
        )
    # ARPACK converges to the singular vectors whatever it starts with, and their signs are fixed afterwards:
    # the seed of the study has no part in it.
    projection = TruncatedSVD(components, algorithm="arpack", random_state=0).fit(known)
    vectors: np.ndarray = projection.transform(vectorizer.transform(texts)).astype(np.float32)
    return vectors
