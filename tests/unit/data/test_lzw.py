"""The size of a .Z file, against what it unpacks to."""

import random

import pytest
from unlzw3 import unlzw

from remix.study.data.lzw import unpacked_size

CLEAR = 256


def packed(codes, widest=16, blocks=True):
    """Write codes as Unix compress does: eight of a width make a whole number of bytes, also unused ones."""
    content, width, entries, group = b"", 9, 256 + blocks, []

    def flush(full):
        nonlocal content, group
        bits = sum(code << (width * i) for i, code in enumerate(group))
        content += bits.to_bytes(width if full else (width * len(group) + 7) // 8, "little")
        group = []

    for i, code in enumerate(codes):
        group.append(code)
        last = i == len(codes) - 1
        if code == CLEAR and blocks:
            flush(full=not last)
            width, entries = 9, 256
            continue
        if i and entries < 1 << width:
            entries += 1
        grows = entries == 1 << width and width < widest
        if last or grows or len(group) == 8:
            flush(full=not last)
        width += grows
    return bytes([0x1F, 0x9D, widest | 0x80 * blocks]) + content


def growing(count):
    """Codes that are known by themselves alone, each for a string longer by one byte than the last."""
    return [97, *range(257, 256 + count)]


@pytest.mark.parametrize("count", [1, 2, 8, 250, 255, 256, 257, 300, 770, 1500])
def test_strings_that_grow_by_one(count):
    content = packed(growing(count))
    assert unpacked_size(content) == count * (count + 1) // 2 == len(unlzw(content))


@pytest.mark.parametrize("widest", [10, 12, 16])
@pytest.mark.parametrize("blocks", [True, False])
def test_any_codes(widest, blocks):
    for seed in range(20):
        draw = random.Random(seed)
        codes, known = [draw.randrange(256)], 257 if blocks else 256
        for _ in range(draw.randrange(3000)):
            if blocks and draw.random() < 0.002:
                codes += [CLEAR, draw.randrange(256)]
                known = 257
            code = draw.randrange(min(known, 1 << widest))
            if code == CLEAR and blocks:
                continue
            codes.append(code)
            known = min(known + 1, 1 << widest)
        content = packed(codes, widest, blocks)
        assert unpacked_size(content) == len(unlzw(content))


def test_a_small_file_may_be_large():
    content = packed(growing(40_000))
    assert len(content) < 80_000
    assert unpacked_size(content) == 40_000 * 40_001 // 2


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x9d", b"\x1f\x8b\x90abc", b"\x1f\x9d\x90", b"\x1f\x9d\x90\xff\xff"]
)
def test_what_is_none_has_no_size(content):
    assert unpacked_size(content) == 0
