-- What the Data API shows: RPCs and tables, with their comments and who may use them.
with roles as (
  select unnest(array['anon', 'authenticated', 'service_role']) as role
)
select
  'rpc' as kind,
  p.proname as name,
  coalesce(obj_description(p.oid, 'pg_proc'), '') as comment,
  pg_get_function_arguments(p.oid) as shape,
  array(select role from roles where has_function_privilege(role, p.oid, 'execute')) as users
from pg_proc p
where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype
union all
select
  'table',
  c.relname,
  coalesce(obj_description(c.oid, 'pg_class'), ''),
  (
    select string_agg(
      attname || ' ' || format_type(atttypid, atttypmod) || coalesce(': ' || col_description(c.oid, attnum), ''),
      e'\n' order by attnum
    )
    from pg_attribute
    where attrelid = c.oid and attnum > 0 and not attisdropped
  ),
  array(
    select role || ' (' || string_agg(verb, ', ' order by verb) || ')'
    from roles
    cross join unnest(array['select', 'insert', 'update', 'delete']) verb
    where has_table_privilege(role, c.oid, verb)
      or verb <> 'delete' and has_any_column_privilege(role, c.oid, verb)
    group by role
  )
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
order by 1, 2
