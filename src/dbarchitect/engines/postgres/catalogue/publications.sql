select p.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_publication p
cross join lateral (
    select
        p.pubname as name,
        p.puballtables as all_tables,
        (
            select json_agg(json_strip_nulls(json_build_object(
                'columns', (                                                                    --[15+]
                    select json_agg(a.attname order by k.place)                                 --[15+]
                    from unnest(r.prattrs::int2[]) with ordinality k(number, place)             --[15+]
                    join pg_attribute a on a.attrelid = r.prrelid and a.attnum = k.number       --[15+]
                ),                                                                              --[15+]
                'where', pg_get_expr(r.prqual, r.prrelid),                                      --[15+]
                'table', json_build_object('schema', n.nspname, 'name', c.relname)
            )) order by n.nspname collate "C", c.relname collate "C")
            from pg_publication_rel r
            join pg_class c on c.oid = r.prrelid
            join pg_namespace n on n.oid = c.relnamespace
            where r.prpubid = p.oid
        ) as tables,
        (                                                                                       --[15+]
            select json_agg(n.nspname order by n.nspname collate "C")                           --[15+]
            from pg_publication_namespace s join pg_namespace n on n.oid = s.pnnspid            --[15+]
            where s.pnpubid = p.oid                                                             --[15+]
        ) as schemas,                                                                           --[15+]
        array_remove(array[
            case when p.pubinsert then 'insert' end,
            case when p.pubupdate then 'update' end,
            case when p.pubdelete then 'delete' end,
            case when p.pubtruncate then 'truncate' end
        ], null) as operations,
        p.pubviaroot as via_root,                                                               --[13+]
        case p.pubgencols when 's' then 'stored' else '' end as generated_columns,              --[18+]
        pg_get_userbyid(p.pubowner) as owner
) as value
