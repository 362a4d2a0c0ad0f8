"""Trees as adjacency, closure and ltree: what is chosen, what keeps it right, and what it takes."""

from __future__ import annotations

from typing import Any

import pytest

from dbarchitect.design.brief import read_brief
from dbarchitect.design.draft import Draft
from dbarchitect.design.hierarchies import SMALL, strays
from dbarchitect.design.queries import asked
from dbarchitect.design.spec import Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError
from dbarchitect.model.schema import NotNull
from test_design import NOW, decided, entity, field, relation, spec_of, tried, wrong

__all__ = ["tried"]
FORMS = ["adjacency", "closure", "ltree"]
SHARED = {"tenancy": "shared", "tenant": "company"}


def tree(form: str = "", *, tenant: bool = False, depth: int = 0, **more: Any) -> Spec:
    entities = [entity("page", field("title"))]
    if tenant:
        entities.append(entity("company", field("name")))
    relations: list[Any] = [relation("page", "page", of=(0, 1), role="parent", hierarchy=form, depth=depth)]
    if tenant:
        relations.append(relation("company", "page"))
    return spec_of(entities=entities, relations=relations, **({"surroundings": SHARED} if tenant else {}), **more)


def reads(rate: float | None, by: str = "ancestor") -> dict[str, Any]:
    return {"text": f"pages by {by}", "entity": "page", "by": [by], "per_second": rate}


def moves(rate: float | None) -> dict[str, Any]:
    return {"text": "move a page", "verb": "change", "entity": "page", "fields": ["parent"], "per_second": rate}


def adds(rate: float) -> dict[str, Any]:
    return {"text": "add a page", "verb": "add", "entity": "page", "per_second": rate}


@pytest.mark.parametrize(
    ("access", "more", "form"),
    [
        ([], {}, "adjacency"),
        ([reads(None)], {}, "adjacency"),
        ([reads(100)], {}, "ltree"),
        ([reads(100, "descendant")], {}, "ltree"),
        ([reads(100), moves(None)], {}, "closure"),
        ([reads(100), moves(50)], {}, "adjacency"),
        ([reads(100), moves(0.1)], {}, "closure"),
        ([reads(100), adds(17)], {}, "adjacency"),
        ([reads(100), adds(1)], {}, "ltree"),
        ([reads(100)], {"volumes": [{"entity": "page", "a_day": 86400 * 90}]}, "adjacency"),
        ([reads(100)], {"tenant": True}, "closure"),
        ([reads(100)], {"form": "closure"}, "closure"),
        ([reads(100)], {"form": "adjacency"}, "adjacency"),
    ],
)  # fmt: skip
def test_the_form_follows_from_what_is_asked(access: list[Any], more: dict[str, Any], form: str) -> None:
    draft, _ = designed(tree(**more, access=access), now=NOW)
    assert draft.tables["pages"].hierarchy == form
    [one] = [one for one in draft.decisions if one.topic == "hierarchy"]
    assert one.why and one.instead and one.unless


def test_what_would_flip_the_form_does() -> None:
    """Each figure that a decision names is where the form changes."""
    for access in ([reads(100), moves(0.1)], [reads(3), adds(0.01)], [reads(2), moves(None)]):
        draft, _ = designed(tree(access=access), now=NOW)
        [one] = [one for one in draft.decisions if one.topic == "hierarchy"]
        number = float(next(word for word in one.unless.split() if word.replace(".", "").isdigit()))
        form = draft.tables["pages"].hierarchy
        if form == "adjacency":
            below, above = [[reads(number * share), *access[1:]] for share in (0.99, 1.01)]
        elif form == "closure":
            below, above = [[access[0], moves(number * share)] for share in (0.99, 1.01)]
        else:
            below, above = [[access[0], adds(number * share)] for share in (0.99, 1.01)]
        kept = designed(tree(access=below), now=NOW)[0].tables["pages"].hierarchy
        other = designed(tree(access=above), now=NOW)[0].tables["pages"].hierarchy
        assert kept == form != other, one.unless


def test_a_key_of_several_columns_has_no_pairs() -> None:
    spec = spec_of(
        entities=[entity("order"), entity("line", field("number", "integer"), parent="order", weak=["number"])],
        relations=[relation("line", "line", of=(0, 1), role="parent", hierarchy="closure", line=7)],
    )
    with pytest.raises(InputError, match="line 7: the tree of line cannot be kept as closure"):
        designed(spec, now=NOW)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("tenant", [False, True])
def test_a_tree_is_kept_right(form: str, tenant: bool, tried: Any, server: Server) -> None:
    _, probes, untried, database = tried(tree(form, tenant=tenant))
    assert wrong(probes) == []
    assert not untried
    trees = [one for one in probes if one.kind == "tree"]
    assert {one.must for one in trees} == {"accepted", "refused"}
    assert any("by hand" in one.what for one in trees) == (form == "closure")
    with server.connect(database) as connection:
        schema = inspect(connection)
    known = {one.constraint for one in probes}
    for table in schema.tables:
        assert {one.name for one in table.constraints if not isinstance(one, NotNull)} <= known
        required = {one.name for one in table.columns if one.not_null and one.identity is None}
        assert {f"{table.name.name}.{one}" for one in required} <= known


@pytest.mark.parametrize(
    ("form", "before", "after"),
    [
        ("closure", "AND above.depth > 0 AND", "AND above.depth > 99 AND"),
        ("closure", "above.depth + below.depth + 1", "above.depth + below.depth + 2"),
        ("ltree", "UPDATE public.pages t SET path = t.path", "UPDATE public.pages t SET path = t.path FROM "
         "(SELECT WHERE false) AS none"),
        ("ltree", "ltree2text(t.path) || '.'", "'x' || '.'"),
    ],
)  # fmt: skip
def test_a_trigger_that_does_less_is_caught(form: str, before: str, after: str, tried: Any) -> None:
    spec = tree(form)
    text = script(designed(spec, now=NOW)[0], "x")
    assert before in text
    changed = text.replace(before, after)
    _, probes, _, _ = tried(spec, changed)
    assert wrong(probes)


def rows_of(connection: Any, sql: str, *given: int) -> list[tuple[Any, ...]]:
    connection.execute("DEALLOCATE ALL")
    connection.execute(f"PREPARE asked AS {sql}".encode())
    cursor = connection.execute(f"EXECUTE asked({', '.join(map(str, given))})".encode())
    at = [column.name for column in cursor.description or ()].index("id")
    return [row[at] for row in cursor.fetchall()]


@pytest.mark.parametrize("form", FORMS)
def test_branches_are_read_alike_and_moved(form: str, tried: Any, server: Server) -> None:
    spec = tree(form, access=[reads(1), reads(1, "descendant"), moves(1)])
    draft, _, _, database = tried(spec)
    below, above, move = asked(draft, spec)
    with server.connect(database) as connection:
        connection.execute("SET search_path = public; SET session_replication_role = origin")
        connection.execute(
            "INSERT INTO pages (title, parent_id) VALUES ('1', NULL), ('2', 1), ('3', 2), ('4', 1), ('5', NULL)"
        )
        assert sorted(rows_of(connection, below.sql, 1)) == [1, 2, 3, 4]
        assert rows_of(connection, above.sql, 3) == [3, 2, 1]
        connection.execute(f"PREPARE move AS {move.sql}".encode())
        connection.execute("EXECUTE move(2, 5)")
        assert sorted(rows_of(connection, below.sql, 5)) == [2, 3, 5]
        assert sorted(rows_of(connection, below.sql, 1)) == [1, 4]
        assert rows_of(connection, above.sql, 3) == [3, 2, 5]


def test_rows_in_any_order_and_many_moves_at_once_leave_right_pairs(tried: Any, server: Server) -> None:
    spec = tree("closure")
    draft, _, _, database = tried(spec)
    with server.connect(database) as connection:
        connection.execute("SET search_path = public; SET session_replication_role = origin")
        connection.execute(  # children come before their parents
            "INSERT INTO pages (id, title, parent_id) OVERRIDING SYSTEM VALUE "
            "SELECT n, n::text, nullif(n / 3, 0) FROM generate_series(200, 1, -1) AS n"
        )
        stray = strays(draft, draft.tables["pages"]).encode()
        assert connection.execute(stray).fetchone() == (0,)
        connection.execute("UPDATE pages SET parent_id = nullif((id - 1) / 4, 0)")
        assert connection.execute(stray).fetchone() == (0,)
        connection.execute("DELETE FROM pages WHERE id > 150")
        assert connection.execute(stray).fetchone() == (0,)


def _drafted(form: str) -> Draft:
    return designed(tree(form), now=NOW)[0]


def test_the_record_says_what_and_why() -> None:
    assert "pages_closure" in decided(_drafted("closure"), "hierarchy")[0]
    assert "ltree" in _drafted("ltree").extensions
    assert not _drafted("adjacency").fills


def test_a_brief_names_the_form_the_depth_and_what_is_asked() -> None:
    text = (
        "A page has a title. A tag has a name. Pages form a tree, kept as a closure table, at most 6 levels deep. "
        "Tags form a hierarchy.\n\n## Access patterns\n\n- list all pages below a page (50 a second)\n"
        "- show the ancestors of a page\n- move a page below another page\n- list everything under a tag\n"
    )
    spec = read_brief(text.encode(), "brief.md").spec
    assert [(one.hierarchy, one.depth) for one in spec.relations] == [("closure", 6), ("", 0)]
    assert [(one.verb, one.by, one.fields) for one in spec.access] == [
        ("list", ("ancestor",), ()), ("list", ("descendant",), ()), ("change", (), ("parent",)),
        ("list", ("ancestor",), ()),
    ]  # fmt: skip
    draft, _ = designed(spec, now=NOW)
    assert draft.tables["pages"].levels == 6
    assert draft.tables["tags"].hierarchy == "adjacency"
    assert len(asked(draft, spec)) == 4


BRANCHES = """
A category has a name. Categories form a tree, kept as {form}. An item has a title and a price in EUR. An item
belongs to one category. A product has a name. A product belongs to many categories. A category has many products.

## Access patterns

- how many items are below a category (5 a second)
- count the categories below a category
- number of products in a category and all its subcategories
- total price of the items below a category
- list the items in a category and all its subcategories
"""


@pytest.mark.parametrize("form", FORMS)
def test_rows_of_a_branch_are_counted(form: str, tried: Any, server: Server) -> None:
    spec = read_brief(BRANCHES.format(form=form).encode(), "brief.md").spec
    assert not spec.unread
    assert {one.by for one in spec.access} == {("category", "ancestor"), ("ancestor",)}
    draft, probes, _, database = tried(spec)
    assert wrong(probes) == []
    assert draft.tables["categories"].hierarchy == form
    items, categories, products, price, listed, *_ = asked(draft, spec)
    with server.connect(database) as connection:
        connection.prepare_threshold = None
        connection.execute("SET search_path = public; SET session_replication_role = origin")
        connection.execute(
            "INSERT INTO categories (name, parent_id) VALUES ('1', NULL), ('2', 1), ('3', 2), ('4', 1), ('5', NULL)"
        )
        connection.execute("INSERT INTO items (title, price, category_id) SELECT c.id, c.id, c.id FROM categories c")
        connection.execute("INSERT INTO products (name) VALUES ('both'), ('none')")
        connection.execute("INSERT INTO product_categories (product_id, category_id) VALUES (1, 2), (1, 3), (2, 5)")

        def one(query: Any, given: int) -> Any:
            connection.execute("DEALLOCATE ALL")
            connection.execute(f"PREPARE counted AS {query.sql}".encode())
            return connection.execute(f"EXECUTE counted({given})".encode()).fetchone()[0]

        assert [one(items, at) for at in (1, 2, 3, 5)] == [4, 2, 1, 1]  # those of the row itself are in its branch
        assert [one(categories, at) for at in (1, 2, 3, 5)] == [3, 1, 0, 0]  # and it is not below itself
        assert [one(products, at) for at in (1, 2, 4, 5)] == [1, 1, 0, 1]  # each once, however many ways lead to it
        assert [one(price, at) for at in (1, 2)] == [10, 5]
        assert sorted(rows_of(connection, listed.sql, 2)) == [2, 3]


def test_counting_in_a_branch_of_what_leads_to_no_tree_is_listed() -> None:
    text = (
        "A category has a name. Categories form a tree. A colour has a name.\n\n"
        "## Access patterns\n\n- how many colours are below a category\n"
    )
    spec = read_brief(text.encode(), "brief.md").spec
    assert not spec.access
    assert [one.text for one in spec.unread] == ["how many colours are below a category"]


def test_two_accesses_of_one_query_are_one() -> None:
    spec = tree("closure", access=[reads(5), {**reads(7), "text": "the whole branch"}])
    [one] = asked(designed(spec, now=NOW)[0], spec)
    assert (one.per_second, one.said) == (12, True)
    assert "the whole branch" in one.text


def test_a_large_tree_needs_nothing_beside() -> None:
    """Beyond the rows up to which the benchmark saw reads save anything."""
    for rows, form in ((SMALL - 1, "ltree"), (SMALL + 1, "adjacency")):
        draft, _ = designed(tree(access=[reads(1000)], volumes=[{"entity": "page", "rows": rows}]), now=NOW)
        assert draft.tables["pages"].hierarchy == form
    [one] = [one for one in draft.decisions if one.topic == "hierarchy"]
    assert "6,300 rows" in one.why
    assert "closure" in one.unless
