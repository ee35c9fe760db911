"""The memory and the processors that a process may use, in a container too."""

from __future__ import annotations

import psutil
import pytest

from embedkit.files.resources import available_memory, processors

V1 = {
    "proc/self/cgroup": "5:cpu:/a\n4:memory:/outer/inner\n0::/\n",
    "sys/fs/cgroup/memory/outer/inner/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/outer/inner/memory.usage_in_bytes": "100\n",
    "sys/fs/cgroup/memory/outer/memory.limit_in_bytes": "1000\n",
    "sys/fs/cgroup/memory/outer/memory.usage_in_bytes": "400\n",
    "sys/fs/cgroup/memory/outer/memory.stat": "total_cache 90\ntotal_inactive_file 50\n",
}
V2 = {
    "proc/self/cgroup": "0::/slice/unit\n",
    "sys/fs/cgroup/slice/unit/memory.max": "max\n",
    "sys/fs/cgroup/slice/unit/memory.current": "100\n",
    "sys/fs/cgroup/slice/memory.max": "2000\n",
    "sys/fs/cgroup/slice/memory.current": "500\n",
    "sys/fs/cgroup/slice/memory.stat": "anon 7\ninactive_file 30\n",
}


@pytest.mark.parametrize(("files", "left"), [(V1, 650), (V2, 1530)])
def test_the_limit_of_a_control_group_counts_less_what_it_uses(tmp_path, files, left):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_memory(tmp_path) == left


def test_a_group_that_is_full_leaves_nothing(tmp_path):
    for name, text in {**V2, "sys/fs/cgroup/slice/memory.max": "10\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_memory(tmp_path) == 0


@pytest.mark.parametrize("text", ["", "nonsense\n", "0::/slice/unit\n1:memory", "0::/../..\n"])
def test_without_groups_it_is_the_systems(tmp_path, text):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(text)
    assert 0 < available_memory(tmp_path) <= psutil.virtual_memory().total


def test_this_process_has_a_processor_and_memory():
    assert processors() >= 1
    assert 0 < available_memory() <= psutil.virtual_memory().total
