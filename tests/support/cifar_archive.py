"""Archives in the exact format of CIFAR-10's binary one, of as many images as asked for."""

import gzip
import io
import tarfile

import numpy as np

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
ADDRESS = "/~kriz/cifar-10-binary.tar.gz"
BATCHES = 5


def images_of(count, seed=0):
    """Pixels of shape (count, 32, 32, 3), all random; labels, all classes in each batch and shuffled."""
    draw = np.random.default_rng(seed)
    labels = np.concatenate([draw.permutation(np.arange(count // BATCHES) % 10) for _ in range(BATCHES)])
    return draw.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), labels


def archive(count, seed=0):
    """The bytes of an archive; its pixels and labels in the order of the batches."""
    pixels, labels = images_of(count, seed)
    batches = [*zip(np.split(pixels, BATCHES), np.split(labels, BATCHES), strict=True)]
    names = [*(f"data_batch_{i}.bin" for i in range(1, BATCHES + 1)), "test_batch.bin"]
    batches.append(images_of(count // BATCHES, seed + 1))
    files = {name: records(*batch) for name, batch in zip(names, batches, strict=True)}
    files |= {"batches.meta.txt": "\n".join([*CLASSES, ""]).encode(), "readme.html": b"<HTML>\n</HTML>\n"}
    return (
        tar_gz({f"cifar-10-batches-bin/{name}": content for name, content in files.items()}),
        pixels,
        labels,
    )


def records(pixels, labels):
    """A batch: for each image a byte of label, then its pixels, one channel after the other."""
    by_channel = pixels.transpose(0, 3, 1, 2).reshape(len(pixels), -1)
    return np.column_stack([labels.astype(np.uint8), by_channel]).tobytes()


def tar_gz(members):
    """A compressed archive whose bytes depend on nothing else, such as the time."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        folder = tarfile.TarInfo(next(iter(members)).split("/")[0])
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    # Random pixels do not get smaller, so that more than the fastest level is for nothing.
    return gzip.compress(stream.getvalue(), compresslevel=1, mtime=0)
