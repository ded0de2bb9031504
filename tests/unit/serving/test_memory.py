"""How many visitors fit into memory."""

import pytest

from careerpath import CareerpathError
from careerpath.serving.memory import MEGABYTE, MemoryBudget, available_memory, memory_of


def test_a_visitor_is_measured_once(monkeypatch):
    sizes = {1: 49 * MEGABYTE, 2: 500 * MEGABYTE}
    monkeypatch.setattr("careerpath.serving.memory.memory_of", sizes.__getitem__)
    memory = MemoryBudget(10_000 * MEGABYTE)
    assert memory.most == 150
    memory.measure(1)
    memory.measure(2)
    assert memory.visitor == 50 * MEGABYTE
    assert memory.most == 180
    assert memory.summary(40) == ("a visitor takes 50 MB; 40 visitors: 2.0 GB of 9.8 GB available")
    memory.check(180, option="--room-size")
    with pytest.raises(CareerpathError, match="At most this fits: --room-size 180"):
        memory.check(181, option="--room-size")


def test_rooms_need_more_memory_for_each_visitor_and_for_the_coach(monkeypatch):
    monkeypatch.setattr("careerpath.serving.memory.memory_of", lambda _: 49 * MEGABYTE)
    memory = MemoryBudget(3000 * MEGABYTE, rooms=True)
    memory.measure(1)
    assert memory.visitor == 65 * MEGABYTE
    assert memory.most == int((3000 - 340) * 0.9 / 65)
    assert memory.summary(36) == (
        "a visitor takes 65 MB; 36 visitors: 2.3 GB of 2.6 GB available "
        "(each in a room, and 340 MB more for its coach)"
    )


@pytest.mark.parametrize(("available", "most"), [(0, 1), (70, 1), (290, 2), (600, 4), (700, 4)])
def test_on_a_small_machine_half_is_for_visitors(monkeypatch, available, most):
    monkeypatch.setattr("careerpath.serving.memory.memory_of", lambda _: 49 * MEGABYTE)
    memory = MemoryBudget(available * MEGABYTE, rooms=True)
    memory.measure(1)
    assert memory.most == most
    memory.check(most, option="--max-visitors")


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
