from matplotlib.figure import Figure

from remix.plotting.style import fills, render


def test_methods_of_the_paper_always_have_the_same_fill():
    alone = fills(["remix"])["remix"]
    assert fills(["baseline", "mine", "remix"])["remix"] == alone


def test_all_fills_differ_also_with_many_further_methods():
    names = ["baseline", "cost", "smote", "mixup", "remix", "augment", "remix_aug", *"abcdefghijklm"]
    assert len(set(fills(names).values())) == len(names)


def test_render_gives_the_same_bytes_again():
    def figure():
        result = Figure()
        ax = result.subplots()
        ax.bar([0, 1], [1, 2], label="x", hatch="//")
        ax.scatter([0, 1], [1, 2], rasterized=True)
        ax.legend()
        return result

    for form, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        first = render(figure(), form)
        assert first.startswith(start)
        assert render(figure(), form) == first
    assert b"<dc:date>" not in first
