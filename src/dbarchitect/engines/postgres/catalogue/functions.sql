-- Functions, procedures, window functions and aggregates. No server function prints a CREATE AGGREGATE.
select p.oid::bigint as oid, 0 as owner, json_strip_nulls(row_to_json(value))::text as json
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
left join pg_aggregate g on g.aggfnoid = p.oid
left join pg_operator so on so.oid = g.aggsortop
left join pg_namespace son on son.oid = so.oprnamespace
cross join lateral (
    select
        json_build_object('schema', n.nspname, 'name', p.proname) as name,
        pg_get_function_identity_arguments(p.oid) as identity,
        (
            select string_agg(format_type(a.type, null), ', ' order by a.place)
            from unnest(p.proargtypes::oid[]) with ordinality a(type, place)
        ) as inputs,
        case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' else 'function' end as kind,
        pg_get_function_arguments(p.oid) as arguments,
        pg_get_function_result(p.oid) as returns,
        l.lanname as language,
        case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
        case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
        p.proisstrict as strict,
        p.prosecdef as security_definer,
        p.proleakproof as leakproof,
        p.procost as cost,
        p.prorows as rows,
        case when p.prosupport::oid <> 0 then p.prosupport::text end as support,
        p.proconfig as settings,
        case when p.prokind <> 'a' then p.prosrc end as body,                                   --[<14]
        case when p.prokind <> 'a' then coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) end as body,  --[14+]
        case when p.prokind <> 'a' then pg_get_functiondef(p.oid) else
            format('CREATE AGGREGATE %I.%I(%s) (', n.nspname, p.proname,
                case when pg_get_function_arguments(p.oid) = '' then '*' else pg_get_function_arguments(p.oid) end)
            || concat_ws(', ',
                'SFUNC = ' || g.aggtransfn::text,
                'STYPE = ' || format_type(g.aggtranstype, null),
                'SSPACE = ' || nullif(g.aggtransspace, 0),
                'INITCOND = ' || quote_literal(g.agginitval),
                'FINALFUNC = ' || nullif(g.aggfinalfn::oid, 0)::regproc::text,
                case when g.aggfinalextra then 'FINALFUNC_EXTRA' end,
                case when g.aggfinalfn::oid <> 0 and g.aggfinalmodify <> case g.aggkind when 'n' then 'r' else 'w' end then
                    'FINALFUNC_MODIFY = '
                    || case g.aggfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end
                end,
                'COMBINEFUNC = ' || nullif(g.aggcombinefn::oid, 0)::regproc::text,
                'SERIALFUNC = ' || nullif(g.aggserialfn::oid, 0)::regproc::text,
                'DESERIALFUNC = ' || nullif(g.aggdeserialfn::oid, 0)::regproc::text,
                'MSFUNC = ' || nullif(g.aggmtransfn::oid, 0)::regproc::text,
                'MINVFUNC = ' || nullif(g.aggminvtransfn::oid, 0)::regproc::text,
                'MSTYPE = ' || format_type(nullif(g.aggmtranstype, 0), null),
                'MSSPACE = ' || nullif(g.aggmtransspace, 0),
                'MINITCOND = ' || quote_literal(g.aggminitval),
                'MFINALFUNC = ' || nullif(g.aggmfinalfn::oid, 0)::regproc::text,
                case when g.aggmfinalextra then 'MFINALFUNC_EXTRA' end,
                case when g.aggmfinalfn::oid <> 0 and g.aggmfinalmodify <> case g.aggkind when 'n' then 'r' else 'w' end then
                    'MFINALFUNC_MODIFY = '
                    || case g.aggmfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end
                end,
                'SORTOP = ' || case when so.oid is not null then format('OPERATOR(%I.%s)', son.nspname, so.oprname) end,
                case when p.proparallel <> 'u' then
                    'PARALLEL = ' || case p.proparallel when 's' then 'SAFE' else 'RESTRICTED' end
                end,
                case when g.aggkind = 'h' then 'HYPOTHETICAL' end
            ) || ')'
        end as definition,
        pg_get_userbyid(p.proowner) as owner
) as value
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
-- The constructors of range types come with their types.
and not exists (
    select from pg_depend d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.objsubid = 0 and d.deptype = 'i'
)
