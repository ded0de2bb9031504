"""How many visitors fit into memory."""

import pytest

from careerpath import CareerpathError
from careerpath.serving.memory import MEGABYTE, MemoryBudget, available_memory, memory_of


def test_the_limit_comes_from_the_measured_size():
    memory = MemoryBudget(10_000 * MEGABYTE, start_page="assessment")
    assert memory.size("assessment") == 60 * MEGABYTE
    assert memory.most == 150
    assert "60 MB each, assumed until one is measured" in memory.summary
    memory.measured("assessment", 11 * MEGABYTE)
    memory.templates["assessment"] = 60 * MEGABYTE
    assert memory.size("assessment") == 12 * MEGABYTE
    assert memory.most == 745
    assert memory.summary == "745 visitors fit into memory (12 MB each; 9.8 GB available)"
    memory.check(745)
    with pytest.raises(CareerpathError, match="Choose at most --max-visitors 745") as error:
        memory.check(746)
    assert "not enough memory for --max-visitors 746" in str(error.value)


def test_the_largest_visitor_counts():
    memory = MemoryBudget(10_000 * MEGABYTE, start_page="assessment")
    for size in (49, 19, 30):
        memory.measured("assessment", size * MEGABYTE)
    assert memory.size("assessment") == 50 * MEGABYTE


def test_a_visitor_before_there_were_copies_no_longer_counts():
    memory = MemoryBudget(10_000 * MEGABYTE, start_page="assessment")
    memory.measured("assessment", 149 * MEGABYTE)
    memory.measured("assessment", 29 * MEGABYTE, copied=True)
    assert memory.size("assessment") == 30 * MEGABYTE


def test_a_visitor_of_another_page_takes_places_by_its_size():
    memory = MemoryBudget(10_000 * MEGABYTE, start_page="assessment")
    assert memory.places("assessment") == memory.places("room") == 1
    memory.measured("assessment", 11 * MEGABYTE)
    memory.measured("room", 23 * MEGABYTE)
    assert (memory.places("assessment"), memory.places("room")) == (1, 2)
    assert memory.places("not measured") == 5


def test_each_template_process_counts_once():
    memory = MemoryBudget(1000 * MEGABYTE, start_page="assessment")
    memory.measured("assessment", 9 * MEGABYTE)
    memory.templates |= {"assessment": 50 * MEGABYTE, "room": 150 * MEGABYTE}
    assert memory.most == 70


@pytest.mark.parametrize("available", [0, 40, 70])
def test_on_a_tiny_machine_one_visitor_is_let_in(available):
    memory = MemoryBudget(available * MEGABYTE, start_page="assessment")
    memory.templates["assessment"] = 50 * MEGABYTE
    assert memory.most == 1
    memory.check(1)
    with pytest.raises(CareerpathError):
        memory.check(2)


def test_available_memory_and_that_of_a_process_are_plausible():
    import os

    assert MEGABYTE < memory_of(os.getpid()) < available_memory() + memory_of(os.getpid()) * 2


def test_a_containers_limit_counts(tmp_path, monkeypatch):
    from careerpath.serving import memory

    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "_OWN_GROUPS", tmp_path / "self")
    outer = tmp_path / "cgroup" / "system.slice"
    inner = outer / "careerpath.service"
    inner.mkdir(parents=True)
    (tmp_path / "self").write_text("0::/system.slice/careerpath.service\n")
    (inner / "memory.max").write_text("max\n")
    (inner / "memory.current").write_text("1000\n")
    (outer / "memory.max").write_text(f"{100 * MEGABYTE}\n")
    (outer / "memory.current").write_text(f"{60 * MEGABYTE}\n")
    (outer / "memory.stat").write_text(f"anon 1\ninactive_file {10 * MEGABYTE}\n")
    assert available_memory() == 50 * MEGABYTE
    (tmp_path / "self").write_text("4:cpu,memory:/made/elsewhere\n")
    group = tmp_path / "cgroup" / "memory"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(f"{30 * MEGABYTE}")
    (group / "memory.usage_in_bytes").write_text(f"{40 * MEGABYTE}")
    assert available_memory() == 0
