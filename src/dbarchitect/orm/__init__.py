"""ORM projects from a schema: a code view and the exact DDL in the ORM's own format of migrations.

`blueprint` names things once for every target, `project` is what a target gives; a target is a package here.
"""
