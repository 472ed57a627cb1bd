"""The pictures of the method need no data, and depend on the seed and the methods' stages alone."""

import pytest

pytestmark = pytest.mark.workflow


def pictures(jobs):
    return {rule: n for rule, n in jobs.items() if rule in {"demonstrate", "pictures"}}


def test_they_need_no_data_and_show_methods_that_the_study_leaves_out(project):
    fewer = project.overlay({"study": {"methods": ["baseline", "remix"]}})
    jobs = project.planned_jobs(fewer, arguments=["demonstrations"])
    assert jobs == {"demonstrate": 1, "pictures": 1, "demonstrations": 1}


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"protocol": {"epochs": 4}, "methods": {"remix": {"title": "Ours"}}}, {"pictures": 1}),
        ({"methods": {"remix": {"mix": {"alpha": 0.2}}}}, {"demonstrate": 1, "pictures": 1}),
        ({"switches": {"smote_fallback": 3}, "seed": 2}, {"demonstrate": 1, "pictures": 1}),
    ],
)
def test_what_draws_them_again(finished, change, again):
    assert pictures(finished.planned_jobs(finished.overlay(change))) == again
