"""`src/db/repositories/*.ts`: for each table finding, paging, writing, and its relations as JSON in one query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dbarchitect.model import english
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity, Relation

from .columns import EntityNames, Types, addressable, in_database, table_key
from .types_file import HEADER
from .typescript import WIDTH, bracketed, chain, doc, identifier, imported, key, member, text

_TUPLE = 5  # Kysely types tuples of up to five references


@dataclass(frozen=True)
class _Relation:
    """A relation with the names that it has in code: `withOrders`, and the property `orders`."""

    of: Relation
    function: str
    alias: str


class Repository:
    """The file of one table. `HELPERS`: the module that makes JSON of relations."""

    HELPERS = "kysely/helpers/postgres"

    def __init__(self, blueprint: Blueprint, types: Types, entity: Entity) -> None:
        """`entity` is a table that `Database` has."""
        self.blueprint, self.types, self.entity = blueprint, types, entity
        self.names: EntityNames = types.entities[entity.name]
        self.table = text(table_key(entity.name))
        self.key = tuple(entity.attribute(name) for name in entity.key)
        self.relations = tuple(self._relations())
        self._others: set[str] = set()  # rows of other tables whose types are named

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"src/db/repositories/{file_name(self.names)}.ts"

    def _relations(self) -> Iterator[_Relation]:
        taken: set[str] = set()
        outer = self.entity.name.name
        for one in self.blueprint.of(self.entity):
            if not in_database(one.to) or (one.through is not None and not in_database(one.through)):
                continue
            words = one.words
            function = f"with{identifier(english.pascal(words)) or 'Relation'}"
            alias = english.snake(words) or "relation"
            number, candidate = 1, function
            while candidate in taken:
                number += 1
                candidate = f"{function}{number}"
            taken.add(candidate)
            # The alias would hide the table that it is joined to.
            yield _Relation(one, candidate, f"{alias}_" if alias == outer else alias)

    def text(self) -> str:
        """The whole file."""
        body = "".join(self._parts())
        kysely = ["ExpressionBuilder"] if "ExpressionBuilder<" in body else []
        kysely += ["Kysely"] if "Kysely<" in body else []
        own = [*dict.fromkeys((self.names.row, "Database", *self._others))]
        own += [one for one in (self.names.new, self.names.update) if f": {one}" in body]
        lines = [HEADER, "\n"]
        if "sql`" in body or "sql<" in body or "sql." in body:
            lines.append(imported([*(f"type {one}" for one in kysely), "sql"], "kysely"))
        else:
            lines.append(imported(kysely, "kysely", types=True))
        helpers = [name for name in ("jsonArrayFrom", "jsonObjectFrom") if f"{name}(" in body]
        if helpers:
            lines.append(imported(helpers, self.HELPERS))
        lines.append("\n")
        if "pageOf(" in body:
            lines.append(imported(["type KeysetPage", "type KeysetRequest", "pageOf"], "../page.js"))
        lines.append(imported(own, "../types.js", types=True))
        return "".join(lines) + body

    def _parts(self) -> Iterator[str]:
        if self.key:
            yield self._key_type()
            yield self._find()
            yield self._page()
        yield self._insert()
        if self.key:
            if any(one.writable for one in self.entity.attributes):
                yield self._update()
            yield self._delete()
        for one in self.relations:
            yield self._with(one)
        if self.relations:
            yield self._select_with_relations()
            if self.key:
                yield self._find_with_relations()

    # --- keys -------------------------------------------------------------------------------------------------------

    @property
    def _key_name(self) -> str:
        return f"{self.names.row}Key"

    def _inexact(self, attribute: Attribute) -> bool:
        """Whether what JavaScript reads is less than what the database has (a `Date`), or is written otherwise."""
        return self.types.reading(attribute.column.type).write is not None

    def _key_type(self) -> str:
        if not any(map(self._inexact, self.key)):
            fields = [text(one.column.name) for one in self.key]
            line = f"export type {self._key_name} = Pick<{self.names.row}, {' | '.join(fields)}>;"
            if len(line) <= WIDTH:
                return f"\n{line}\n"
            union = f"  {' | '.join(fields)}"
            if len(union) > WIDTH:
                union = "\n".join(f"  | {field}" for field in fields)
            return f"\nexport type {self._key_name} = Pick<\n  {self.names.row},\n{union}\n>;\n"
        lines = [f"\n/** Text keeps what a `Date` has not. */\nexport interface {self._key_name} {{\n"]
        for one in self.key:
            kind = self.types.reading(one.column.type)
            lines.append(f"  {key(one.column.name)}: {kind.writes};\n")
        return "".join(lines) + "}\n"

    def _value(self, attribute: Attribute, of: str = "key") -> str:
        value = member(of, attribute.column.name)
        if not self._inexact(attribute):
            return value
        kind = self.types.reading(attribute.column.type)
        sql = attribute.column.type.sql.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
        read = "Date" if kind.select == "Date" else self.names.row + f"[{text(attribute.column.name)}]"
        return f"sql<{read}>`${{{value}}}::{sql}`"

    def _reference(self, attribute: Attribute) -> str:
        """The column in a query of this table alone."""
        name = attribute.column.name
        return text(name) if addressable(name) else f"sql.id({text(name)})"

    def _at_key(self, prefix: str = "") -> list[str]:
        """The conditions for one key."""
        found: list[str] = []
        for one in self.key:
            reference = self._reference(one)
            if prefix:
                reference = self._qualified(table_key(self.entity.name), one, outer=self.entity)
            found.append(_call("where", [reference, '"="', self._value(one)]))
        return found

    def _qualified(self, of: str, attribute: Attribute, *, outer: Entity | None = None) -> str:
        """The column of an alias, or of the table of `outer` itself."""
        return qualified(of, attribute.column.name, outer=outer)

    # --- functions --------------------------------------------------------------------------------------------------

    def _function(self, comment: str, name: str, parameters: Sequence[str], returns: str, body: str) -> str:
        head = f"export async function {name}"
        promised = f": Promise<{returns}> {{" if returns else " {"
        line = f"{head}({', '.join(parameters)}){promised}"
        if len(line) > WIDTH:
            line = head + "(\n" + "".join(f"  {one},\n" for one in parameters) + f"){promised}"
        return f"\n{doc(comment)}{line}\n{body}}}\n"

    def _find(self) -> str:
        body = chain("  return await db", [f"selectFrom({self.table})", "selectAll()", *self._at_key(),
                                            "executeTakeFirst()"])  # fmt: skip
        return self._function(
            "The row with this key.", f"find{self.names.row}", ["db: Kysely<Database>", f"key: {self._key_name}"],
            f"{self.names.row} | undefined", body,
        )  # fmt: skip

    def _page(self) -> str:
        inexact = [one for one in self.key if self._inexact(one)]
        calls = [f"selectFrom({self.table})", "selectAll()"]
        taken = {one.column.name for one in self.entity.attributes}
        texts: dict[str, str] = {}
        for one in inexact:
            alias = f"{one.column.name}_text"
            while alias in taken:
                alias += "_"
            taken.add(alias)
            texts[one.column.name] = alias
            calls.append(f"select((eb) => {_cast('eb', self._reference(one), 'string', alias)})")
        calls += [f"orderBy({_ordered(one.column.name)})" for one in self.key]
        calls.append("limit(limit + 1)")
        body = chain("  let query = db", calls)
        body += "  if (after !== undefined) {\n" + self._after() + "  }\n"
        fields = [_field(one.column.name, texts.get(one.column.name)) for one in self.key]
        taking = bracketed("(row) => (", fields, ")", pair="{}")
        if not inexact:
            line = f"  return pageOf(await query.execute(), limit, {taking});\n"
            if len(line) > WIDTH + 1 or "\n" in taking:
                inner = bracketed("  return pageOf(await query.execute(), limit, (row) => (", fields, "));", pair="{}")
                line = inner.replace("\n", "\n  ") + "\n"
                if "\n" not in inner[:-1]:
                    line = f"{inner}\n"
            body += line
        else:
            body += bracketed("const page = pageOf(await query.execute(), limit, (row) => (", fields, "));", "  ",
                              pair="{}") + "\n"  # fmt: skip
            away = ", ".join(f"{key(alias)}: _{number}" for number, alias in enumerate(texts.values()))
            body += f"  return {{\n    ...page,\n    rows: page.rows.map(({{ {away}, ...row }}) => row),\n  }};\n"
        request = f"{{ after, limit = 50 }}: KeysetRequest<{self._key_name}> = {{}}"
        return self._function(
            "Rows in the order of their key.", f"pageOf{self.names.many}", ["db: Kysely<Database>", request],
            f"KeysetPage<{self.names.row}, {self._key_name}>", body,
        )  # fmt: skip

    def _after(self) -> str:
        if len(self.key) == 1:
            reference, value = self._reference(self.key[0]), self._value(self.key[0], "after")
            return _assign("    query = query", _call("where", [reference, '">"', value]))
        plain = all(addressable(one.column.name) and not self._inexact(one) for one in self.key)
        if plain and len(self.key) <= _TUPLE:
            names = [text(one.column.name) for one in self.key]
            values = [member("after", one.column.name) for one in self.key]
            tuples = f'eb.refTuple({", ".join(names)}), ">", eb.tuple({", ".join(values)})'
            if len(tuples) + 11 <= WIDTH:
                return f"    query = query.where((eb) =>\n      eb({tuples}),\n    );\n"
            inner = (
                bracketed("eb.refTuple", names, ",", "        ", pair="()")
                + '\n        ">",\n'
                + bracketed("eb.tuple", values, ",", "        ", pair="()")
            )
            return f"    query = query.where((eb) =>\n      eb(\n{inner}\n      ),\n    );\n"
        names = [f"${{sql.id({text(one.column.name)})}}" for one in self.key]
        values = [
            f"${{{member('after', one.column.name)}}}{self._type_said(one)}".replace("`", "\\`") for one in self.key
        ]
        condition = f"sql<boolean>`({', '.join(names)}) > ({', '.join(values)})`"
        return f"    query = query.where(\n      {condition},\n    );\n"

    def _type_said(self, attribute: Attribute) -> str:
        """What follows a parameter of raw SQL, so that the database knows its type."""
        return f"::{attribute.column.type.sql}"

    def _insert(self) -> str:
        if any(one.writable for one in self.entity.attributes):
            parameters, values = ["db: Kysely<Database>", f"row: {self.names.new}"], "values(row)"
        else:
            parameters, values = ["db: Kysely<Database>"], "defaultValues()"
        calls = [f"insertInto({self.table})", values, "returningAll()", "executeTakeFirstOrThrow()"]
        return self._function(
            "Inserts a row; what the database made of it.", f"insert{self.names.row}", parameters, self.names.row,
            chain("  return await db", calls),
        )  # fmt: skip

    def _update(self) -> str:
        calls = [f"updateTable({self.table})", "set(changes)", *self._at_key(), "returningAll()", "executeTakeFirst()"]
        parameters = ["db: Kysely<Database>", f"key: {self._key_name}", f"changes: {self.names.update}"]
        return self._function(
            "Changes the row with this key; undefined where there is none.", f"update{self.names.row}", parameters,
            f"{self.names.row} | undefined", chain("  return await db", calls),
        )  # fmt: skip

    def _delete(self) -> str:
        calls = [f"deleteFrom({self.table})", *self._at_key(), "executeTakeFirst()"]
        body = chain("  const { numDeletedRows } = await db", calls) + "  return numDeletedRows > 0n;\n"
        return self._function(
            "Whether there was a row with this key; it is gone.", f"delete{self.names.row}",
            ["db: Kysely<Database>", f"key: {self._key_name}"], "boolean", body,
        )  # fmt: skip

    # --- relations --------------------------------------------------------------------------------------------------

    def _with(self, one: _Relation) -> str:
        relation = one.of
        target = self.blueprint.entity(relation.to)
        calls = [_call("selectFrom", [text(f"{table_key(relation.to)} as {one.alias}")], indent=6)]
        conditions: list[str] = []
        if relation.through is not None:
            junction = self.blueprint.entity(relation.through)
            assert relation.far_key is not None
            link = "link" if one.alias != "link" and self.entity.name.name != "link" else "link_"
            pairs = zip(relation.far_key.columns, relation.far_key.target_columns, strict=True)
            ons = [_call("onRef", [qualified(link, here), '"="', qualified(one.alias, there)]) for here, there in pairs]
            calls.append(_join(table_key(junction.name), link, ons))
            here = zip(relation.key.columns, relation.key.target_columns, strict=True)
            conditions = [self._where_ref(link, mine, theirs) for mine, theirs in here]
        elif relation.many or relation.kind == "one to one back":
            pairs = zip(relation.key.columns, relation.key.target_columns, strict=True)
            conditions = [self._where_ref(one.alias, theirs, mine) for theirs, mine in pairs]
        else:
            pairs = zip(relation.key.columns, relation.key.target_columns, strict=True)
            conditions = [self._where_ref(one.alias, theirs, mine) for mine, theirs in pairs]
        calls.append(self._selected(target, one.alias))
        calls += conditions
        if relation.many:
            calls += [f"orderBy({_ordered_of(one.alias, name)})" for name in target.key]
        query = "".join(f"\n      .{call.replace(chr(10), chr(10) + '      ')}" for call in calls)
        helper = "jsonArrayFrom" if relation.many else "jsonObjectFrom"
        sure = not relation.many and relation.kind != "one to one back" and not relation.optional
        sure = sure and relation.key.enforced and relation.key.validated
        property_ = text(one.alias.removesuffix("_") if one.alias == f"{self.entity.name.name}_" else one.alias)
        body = f"  return {helper}(\n    eb{query},\n  )"
        body += f"\n    .$notNull()\n    .as({property_});" if sure else f".as({property_});"
        said = f"`{english.snake(relation.words)}`: " + _told(relation)
        head = f"export function {one.function}(eb: ExpressionBuilder<Database, {self.table}>) {{"
        if len(head) > WIDTH:
            head = f"export function {one.function}(\n  eb: ExpressionBuilder<Database, {self.table}>,\n) {{"
        return f"\n{doc(said)}{head}\n{body}\n}}\n"

    def _where_ref(self, alias: str, theirs: str, mine: str) -> str:
        outer = qualified(table_key(self.entity.name), mine, outer=self.entity)
        return _call("whereRef", [qualified(alias, theirs), '"="', outer], indent=6)

    def _selected(self, target: Entity, alias: str) -> str:
        """The columns of a row inside JSON. What JSON would round is cast to text."""
        readings = {one.column.name: self.types.reading(one.column.type) for one in target.attributes}
        if not any(reading.as_text for reading in readings.values()):
            return f"selectAll({text(alias)})"
        lines: list[str] = []
        for one in target.attributes:
            name, reading = one.column.name, readings[one.column.name]
            reference = qualified(alias, name)
            if reading.as_text:
                empty = "" if target.table is not None and self.types.not_null(one.column) else " | null"
                kind = "text[]" if reading.array else "text"
                lines.append(_cast("row", reference, f"{reading.in_json}{empty}", name, kind, indent="  "))
            elif addressable(name):
                lines.append(reference)
            else:
                row = self.types.entities[target.name].row
                self._others.add(row)
                lines.append(f"sql<{row}[{text(name)}]>`${{{reference}}}`.as({text(name)})")
        return "select((row) => [\n" + "".join(f"  {one},\n" for one in lines) + "])"

    def _select_with_relations(self) -> str:
        calls = [f"{one.function}(eb)" for one in self.relations]
        selected = bracketed("    .select((eb) => ", calls, ")")
        if "\n" in selected:
            selected = "    .select((eb) => [\n" + "".join(f"      {one},\n" for one in calls) + "    ])"
        body = f"  return db\n    .selectFrom({self.table})\n    .selectAll({self.table})\n{selected};\n"
        said = "Rows with their relations, in one query: add conditions, an order and a limit."
        name = f"select{self.names.many}WithRelations"
        head = f"export function {name}(db: Kysely<Database>) {{"
        if len(head) > WIDTH:
            head = f"export function {name}(\n  db: Kysely<Database>,\n) {{"
        return f"\n{doc(said)}{head}\n{body}}}\n"

    def _find_with_relations(self) -> str:
        conditions = self._at_key("outer")
        body = f"  return await select{self.names.many}WithRelations(db)\n" + "".join(
            f"    .{one.replace(chr(10), chr(10) + '    ')}\n" for one in (*conditions, "executeTakeFirst();")
        )
        return self._function(
            "The row with this key and its relations.", f"find{self.names.row}WithRelations",
            ["db: Kysely<Database>", f"key: {self._key_name}"], "", body,
        )  # fmt: skip


def repositories(blueprint: Blueprint, types: Types, made: type[Repository] = Repository) -> list[Repository]:
    """One for each table that a query can name."""
    return [
        made(blueprint, types, one)
        for one in blueprint.entities
        if one.table is not None and in_database(one.name) and one.attributes
    ]


def file_name(names: EntityNames) -> str:
    """`order-line`, from `OrderLine`; told apart as the types are."""
    found = "".join(f"-{one.lower()}" if one.isupper() else one for one in names.row)
    return found.lstrip("-") or "table"


def _told(relation: Relation) -> str:
    columns = ", ".join(relation.key.columns)
    target = relation.to.short
    if relation.through is not None:
        return f"{target}, by way of {relation.through.short}."
    if relation.many:
        return f"the rows of {target} whose {columns} is this row."
    if relation.kind == "one to one back":
        return f"the row of {target} whose {columns} is this row."
    return f"the row of {target} that {columns} refers to."


def qualified(of: str, column: str, *, outer: Entity | None = None) -> str:
    if addressable(column):
        return text(f"{of}.{column}")
    if outer is None:
        return f"sql.id({text(of)}, {text(column)})"
    parts = [outer.name.name] if outer.name.schema in ("", "public") else [outer.name.schema, outer.name.name]
    return f"sql.id({', '.join(text(one) for one in (*parts, column))})"


def _ordered(column: str) -> str:
    """A column to sort by: a blank in a text would begin a direction."""
    if " " in column:
        return f"sql.id({text(column)})"
    return text(column) if addressable(column) else f"sql.id({text(column)})"


def _ordered_of(alias: str, column: str) -> str:
    """The same of an alias."""
    return f"sql.id({text(alias)}, {text(column)})" if " " in column else qualified(alias, column)


def _call(name: str, arguments: Sequence[str], *, indent: int = 4) -> str:
    line = f"{name}({', '.join(arguments)})"
    if indent + len(line) + 1 <= WIDTH:
        return line
    return f"{name}(\n" + "".join(f"  {one},\n" for one in arguments) + ")"


def _join(table: str, link: str, ons: Sequence[str]) -> str:
    joined = ".".join(ons)
    return f"innerJoin({text(f'{table} as {link}')}, (join) =>\n  join.{joined},\n)"


def _cast(eb: str, reference: str, kind: str, alias: str, to: str = "text", *, indent: str = "") -> str:
    """A column as text; the lines after the first stand below `indent`, and all of it six columns in."""
    said = f".as({text(alias)})"
    if to != "text":
        inner = f"{eb}.ref({reference})" if reference.startswith(('"', "'")) else reference
        return f"sql<{kind}>`${{{inner}}}::{to}`{said}"
    cast = f'cast<{kind}>({reference}, "{to}")'
    if len(f"{eb}.{cast}{said}") + 9 <= WIDTH:
        return f"{eb}.{cast}{said}"
    if len(f"{indent}  .{cast}") + 6 > WIDTH:
        cast = f'cast<{kind}>(\n{indent}    {reference},\n{indent}    "{to}",\n{indent}  )'
    return f"{eb}\n{indent}  .{cast}\n{indent}  {said}"


def _field(column: str, alias: str | None) -> str:
    return f"{key(column)}: {member('row', alias or column)}"


def _assign(start: str, call: str) -> str:
    indent = " " * (len(start) - len(start.lstrip()))
    return f"{start}.{call.replace(chr(10), chr(10) + indent)};\n"
