"""A database as Supabase's users write one: what the rules say of it, what rows show, and that the fixes mend it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dbarchitect.cli import run

# What is wrong, each beside its right form: `...` is what a rule speaks of, the other table or policy is quiet.
PROJECT = """
create table public.profiles (id uuid primary key references auth.users on delete cascade, name text);
alter table public.profiles enable row level security;
create policy "see own" on public.profiles for select to authenticated using ((select auth.uid()) = id);

create table public.notes (id bigint generated always as identity primary key,
    user_id uuid not null references auth.users on delete cascade, body text not null);
alter table public.notes enable row level security;
create policy "see notes" on public.notes for select to authenticated using (auth.uid() = user_id);

create table public.tasks (id bigint generated always as identity primary key,
    user_id uuid not null references auth.users on delete cascade, body text not null);
alter table public.tasks enable row level security;
create policy "see tasks" on public.tasks for select to authenticated using ((select auth.uid()) = user_id);

create table public.invoices (id bigint generated always as identity primary key, amount numeric(10,2) not null);
create schema private;
create table private.ledger (id bigint generated always as identity primary key, amount numeric(10,2) not null);

create view public.all_notes as select id, user_id, body from public.notes;
create view public.my_notes with (security_invoker = on) as select id, body from public.notes;

create table public.settings (id bigint primary key, value text);
alter table public.settings enable row level security;
create policy "admins" on public.settings for select to authenticated
    using (((select auth.jwt()) -> 'user_metadata' ->> 'role') = 'admin');
create policy "app admins" on public.settings for update to authenticated
    using (((select auth.jwt()) -> 'app_metadata' ->> 'role') = 'admin');

create policy "own files" on storage.objects for select to authenticated using (owner_id = auth.uid()::text);
create policy "upload own" on storage.objects for insert to authenticated
    with check (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);

grant select on public.profiles, public.notes, public.tasks, public.all_notes, public.my_notes to authenticated;
grant select, update on public.settings to authenticated;
grant select on public.invoices to anon;
"""
RULES = (
    "policy-called-per-row,policy-column-without-index,exposed-without-row-security,view-bypasses-row-security,"
    "policy-trusts-user-metadata,policy-always-true"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("supabase") / "migrations"
    made.mkdir()
    (made / "20260101000000_project.sql").write_text(PROJECT)
    return made


def found(capsys, *words: str) -> list[dict[str, Any]]:
    run(["check", *words, "--select", RULES, "--format", "json"])
    return json.loads(capsys.readouterr().out).get("findings", [])


def test_what_is_wrong_is_said_and_shown_on_rows_and_what_is_right_is_not(folder: Path, capsys) -> None:
    said = found(capsys, str(folder), "--prove", "--rows", "20k")
    where = {(one["rule"], one["at"]["name"], one["at"].get("sub", "")): one["proof"] for one in said}
    assert set(where) == {
        ("policy-called-per-row", "notes", "see notes"),
        ("policy-called-per-row", "objects", "own files"),
        ("policy-column-without-index", "notes", "see notes"),
        ("policy-column-without-index", "tasks", "see tasks"),
        ("exposed-without-row-security", "invoices", ""),
        ("view-bypasses-row-security", "all_notes", ""),
        ("policy-trusts-user-metadata", "settings", "admins"),
    }
    for (rule, name, _), proof in where.items():
        level = "measured" if rule in ("policy-called-per-row", "policy-column-without-index") else "rehearsed"
        if rule != "policy-trusts-user-metadata":  # tests/test_platforms.py signs in with such a token
            assert (proof["level"], proof["holds"]) == (level, True), (rule, name, proof)


def test_the_fixes_are_migrations_after_which_nothing_is_said(folder: Path, tmp_path: Path, capsys) -> None:
    mended = tmp_path / "mended"
    mended.mkdir()
    run(["check", str(folder), "--select", RULES, "--fix", "--include-questions", "-o", str(mended)])
    capsys.readouterr()
    text = "\n".join(one.read_text() for one in sorted(mended.glob("*.up.sql")))
    assert 'ALTER POLICY "own files" ON storage.objects' in text and "( SELECT auth.uid()" in text
    assert 'ALTER POLICY "see notes" ON public.notes' in text
    assert "invoices ENABLE ROW LEVEL SECURITY" in text and "security_invoker" in text
    assert "ON public.tasks" in text
    whole = tmp_path / "whole.sql"
    whole.write_text(PROJECT + text)
    assert {one["rule"] for one in found(capsys, str(whole), "--platform", "supabase")} == {
        "policy-trusts-user-metadata"  # whose right form only its author knows
    }
