"""Archives in the exact formats of CIFAR-10's, of few images or of as many as the real ones have."""

import gzip
import io
import struct
import tarfile

import numpy as np

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
ADDRESSES = {"python": "/~kriz/cifar-10-python.tar.gz", "binary": "/~kriz/cifar-10-binary.tar.gz"}
BATCHES = 5


def images_of(count, seed=0):
    """Pixels of shape (count, 32, 32, 3), all random; labels, all classes in each batch and shuffled."""
    draw = np.random.default_rng(seed)
    labels = np.concatenate([draw.permutation(np.arange(count // BATCHES) % 10) for _ in range(BATCHES)])
    return draw.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), labels


def archive(version, count, seed=0):
    """The bytes of an archive, 'python' or 'binary'; its pixels and labels in the order of the batches."""
    pixels, labels = images_of(count, seed)
    halves = zip(np.split(pixels, BATCHES), np.split(labels, BATCHES), strict=True)
    make = python_members if version == "python" else binary_members
    members = make([*halves, images_of(count // BATCHES, seed + 1)])
    return tar_gz(members), pixels, labels


def python_members(batches):
    """Members of the Python version, in the order of the original; the last batch is the test batch."""
    names = [f"data_batch_{i}" for i in range(1, len(batches))]
    said = [f"training batch {i} of {BATCHES}" for i in range(1, len(batches))]
    batches = zip([*names, "test_batch"], [*said, "testing batch 1 of 1"], batches, strict=True)
    files = {name: batch_pickle(text, pixels, labels) for name, text, (pixels, labels) in batches}
    meta = {"num_cases_per_batch": 10000, "label_names": CLASSES, "num_vis": 3072}
    files |= {"batches.meta": Python2Pickle().dump(meta), "readme.html": b"<HTML>\n</HTML>\n"}
    order = (
        "data_batch_4 readme.html test_batch data_batch_3 batches.meta data_batch_2 data_batch_5 data_batch_1"
    )
    return {f"cifar-10-batches-py/{name}": files[name] for name in order.split()}


def binary_members(batches):
    """Members of the binary version."""
    names = [f"data_batch_{i}.bin" for i in range(1, len(batches))]
    files = {
        name: np.column_stack([labels.astype(np.uint8), channels_first(pixels)]).tobytes()
        for name, (pixels, labels) in zip([*names, "test_batch.bin"], batches, strict=True)
    }
    files |= {"batches.meta.txt": "\n".join([*CLASSES, ""]).encode(), "readme.html": b"<HTML>\n</HTML>\n"}
    return {f"cifar-10-batches-bin/{name}": content for name, content in files.items()}


def batch_pickle(text, pixels, labels):
    """A batch as Python 2 pickled it."""
    files = [f"{CLASSES[label]}_s_{i:06}.png" for i, label in enumerate(labels)]
    batch = {
        "batch_label": text,
        "labels": [int(label) for label in labels],
        "data": channels_first(pixels),
        "filenames": files,
    }
    return Python2Pickle().dump(batch)


def channels_first(pixels):
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)).reshape(len(pixels), -1)


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


class Python2Pickle:
    """Writes what Python 2's cPickle wrote with protocol 2, for the values that CIFAR-10's files hold.

    Everything is remembered under a number, from 1 on, although nothing is used twice.
    """

    def __init__(self):
        self.parts = [b"\x80\x02"]
        self.remembered = 0

    def dump(self, value):
        self.write(value)
        return b"".join([*self.parts, b"."])

    def remember(self):
        self.remembered += 1
        small = self.remembered < 256
        self.parts.append(struct.pack("<cB" if small else "<cI", b"q" if small else b"r", self.remembered))

    def write(self, value):
        match value:
            case dict():
                self.parts.append(b"}")
                self.remember()
                self.parts.append(b"(")
                for key, entry in value.items():
                    self.write(key)
                    self.write(entry)
                self.parts.append(b"u")
            case list():
                self.parts.append(b"]")
                self.remember()
                for start in range(0, len(value), 1000):
                    self.parts.append(b"(")
                    for entry in value[start : start + 1000]:
                        self.write(entry)
                    self.parts.append(b"e")
            case bytes() | str():
                self.text(value if isinstance(value, bytes) else value.encode("ascii"))
            case np.ndarray():
                self.array(value)
            case _:
                self.integer(value)

    def integer(self, value):
        if 0 <= value < 256:
            self.parts.append(b"K" + struct.pack("<B", value))
        elif 0 <= value < 65536:
            self.parts.append(b"M" + struct.pack("<H", value))
        else:
            self.parts.append(b"J" + struct.pack("<i", value))

    def text(self, value):
        short = len(value) < 256
        head = b"U" + struct.pack("<B", len(value)) if short else b"T" + struct.pack("<i", len(value))
        self.parts += [head, value]
        self.remember()

    def name(self, module, name):
        self.parts.append(f"c{module}\n{name}\n".encode())
        self.remember()

    def then(self, *opcodes):
        """Each makes one value of some others; each but the last's is remembered."""
        for opcode in opcodes:
            self.parts.append(opcode)
            self.remember()

    def array(self, array):
        self.name("numpy.core.multiarray", "_reconstruct")
        self.name("numpy", "ndarray")
        self.integer(0)
        self.then(b"\x85")
        self.text(b"b")
        self.then(b"\x87", b"R")
        self.parts.append(b"(")
        self.integer(1)
        for size in array.shape:
            self.integer(size)
        self.then({1: b"\x85", 2: b"\x86", 3: b"\x87"}[array.ndim])
        self.name("numpy", "dtype")
        self.text(array.dtype.str[1:].encode())
        self.integer(0)
        self.integer(1)
        self.then(b"\x87", b"R")
        self.parts.append(b"(")
        self.integer(3)
        self.text(b"|")
        self.parts.append(b"NNN")
        for number in (-1, -1, 0):
            self.integer(number)
        self.then(b"t")
        self.parts += [b"b", b"\x89"]
        self.text(array.tobytes())
        self.then(b"t")
        self.parts.append(b"b")
