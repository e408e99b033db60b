"""Values laid over each other, and where each comes from."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from refugee_model.files.merge import Layer, Merged
from refugee_model.files.toml_file import TomlFile

VALUES = st.recursive(
    st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)
GROUPS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


def layer(name: str, text: str, under: str = "") -> Layer:
    file = TomlFile(Path(name), text, tomllib.loads(text))
    return Layer(file, file.values, under)


def plain(values: dict[str, Any]) -> Layer:
    return Layer(TomlFile(Path("x.toml"), "", values), values)


def test_groups_merge_and_lists_and_values_replace() -> None:
    child = layer("child.toml", "[g]\na = 1\nlist = [3]\n[g.h]\nx = 1")
    parent = layer("parent.toml", "[g]\na = 0\nb = 2\nlist = [1, 2]\n[g.h]\ny = 2")
    assert Merged([child, parent]).values == {"g": {"a": 1, "b": 2, "list": [3], "h": {"x": 1, "y": 2}}}


def test_each_value_names_its_file_and_line() -> None:
    child = layer("child.toml", "[g]\na = 1\nlist = [\n  {x = 1},\n]")
    parent = layer("parent.toml", "top = 1\n[g]\na = 0\nb = 2\nlist = [{x = 1, z = 2}, {x = 3}]\n[other]\ny = 2")
    locate = Merged([child, parent]).locate
    assert locate("g.a") == "child.toml, line 2"
    assert locate("g.b") == "parent.toml, line 4"
    assert locate("g.list.0.x") == "child.toml, line 4"
    assert locate("g.list.0.z") == "child.toml, line 4"
    assert locate("g.missing") == "child.toml, line 1"
    assert locate("other.missing.deep") == "parent.toml, line 6"
    assert locate("nothing") == locate("") == "child.toml"


def test_a_group_replaced_by_a_value_belongs_to_the_upper_file() -> None:
    locate = Merged([layer("child.toml", "g = 1"), layer("parent.toml", "[g]\na = 0")]).locate
    assert locate("g") == "child.toml, line 1"
    locate = Merged([layer("child.toml", "[g]\na = 0"), layer("parent.toml", "g = 1")]).locate
    assert locate("g.a") == "child.toml, line 2"
    assert locate("g.b") == "child.toml, line 1"


def test_a_file_for_one_group_is_laid_beneath_it() -> None:
    merged = Merged(
        [layer("child.toml", "[standards]\na = 1"), layer("sphere.toml", "a = 0\n[items]\nb = 2", under="standards")]
    )
    assert merged.values == {"standards": {"a": 1, "items": {"b": 2}}}
    assert merged.locate("standards.items.b") == "sphere.toml, line 3"


def test_files_of_the_same_name_are_told_apart_by_their_paths() -> None:
    locate = Merged([layer("one/plan.toml", "a = 1"), layer("two/plan.toml", "b = 1")]).locate
    assert [locate("a"), locate("b")] == [f"{Path('one/plan.toml')}, line 1", f"{Path('two/plan.toml')}, line 1"]


@given(GROUPS, GROUPS)
def test_what_is_laid_over_stays_as_it_is(upper: dict[str, Any], lower: dict[str, Any]) -> None:
    before = copy.deepcopy((upper, lower))
    merged = Merged([plain(upper), plain(lower)])
    assert (upper, lower) == before
    again = Merged([plain(upper), plain(merged.values)])
    assert again.values == merged.values


@given(GROUPS)
def test_laying_over_nothing_or_itself_changes_nothing(values: dict[str, Any]) -> None:
    assert Merged([plain(values), plain({})]).values == values
    assert Merged([plain({}), plain(values)]).values == values
    assert Merged([plain(values), plain(values)]).values == values
