-- What functions name that does not exist: PL/pgSQL looks a body's names up when it first runs, not when it is created. Since every
-- function has an empty search_path, whatever it names of ours begins with public or private; comments are left out.
with named as (
  select distinct p.oid::regprocedure::text as function, m[1] as schema, m[2] as name
  from pg_proc p
  cross join lateral regexp_matches(
    regexp_replace(p.prosrc, '--[^\n]*', '', 'g'),
    '(?<![a-z0-9_.])(public|private)\.([a-z_][a-z0-9_]*)',
    'g'
  ) m
  where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
)
select n.function, n.schema || '.' || n.name as unknown
from named n
where not exists (select from pg_class c where c.relnamespace = n.schema::regnamespace and c.relname = n.name)
  and not exists (select from pg_proc p where p.pronamespace = n.schema::regnamespace and p.proname = n.name)
  and not exists (select from pg_type t where t.typnamespace = n.schema::regnamespace and t.typname = n.name)
order by 1, 2
