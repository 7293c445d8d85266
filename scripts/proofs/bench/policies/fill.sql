-- A thousand clinics with a thousand patients and a thousand appointments each. Runs as superuser in a database that is
-- thrown away, past the triggers, since nobody will ask who did it. Ids count up, so that a million go in quickly.
create schema bench;

create function bench.id(p_kind integer, p_clinic integer, p_number integer)
returns uuid
language sql
immutable
parallel safe
return (lpad(to_hex(p_kind), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(p_clinic), 6, '0') || lpad(to_hex(p_number), 6, '0'))::uuid;

create procedure bench.pass_by_triggers()
language plpgsql
as $$
declare
  v_trigger record;
begin
  for v_trigger in
    select tgrelid::regclass as on_table, tgname
    from pg_trigger
    where tgenabled = 'A'
  loop
    execute format('alter table %s disable trigger %I', v_trigger.on_table, v_trigger.tgname);
  end loop;
  set session_replication_role = replica;
end;
$$;

create procedure bench.fill(p_first integer, p_last integer, p_rows integer)
language sql
as $$
  insert into auth.users (id, email)
  select bench.id(1, c, n), 'user-' || c || '-' || n || '@clinic.test'
  from generate_series(p_first, p_last) c, generate_series(1, 3) n;
  insert into public.organizations (id, name, timezone)
  select bench.id(2, c, 0), 'Clinic ' || c, 'UTC'
  from generate_series(p_first, p_last) c;
  insert into public.memberships (org_id, user_id, role)
  select bench.id(2, c, 0), bench.id(1, c, n), (array['owner', 'staff', 'viewer'])[n]
  from generate_series(p_first, p_last) c, generate_series(1, 3) n;
  insert into public.resources (id, org_id, kind, name)
  select bench.id(3, c, 0), bench.id(2, c, 0), 'provider', 'Dr. Lane'
  from generate_series(p_first, p_last) c;
  insert into public.providers (id, org_id)
  select bench.id(3, c, 0), bench.id(2, c, 0)
  from generate_series(p_first, p_last) c;
  insert into public.services (id, org_id, name, duration_minutes)
  select bench.id(4, c, 0), bench.id(2, c, 0), 'Visit', 30
  from generate_series(p_first, p_last) c;
  insert into public.contacts (id, org_id, phone, name)
  select bench.id(5, c, n), bench.id(2, c, 0), '+1212555' || lpad(n::text, 4, '0'), 'Patient ' || n
  from generate_series(p_first, p_last) c, generate_series(1, p_rows) n;
  insert into public.appointments (id, org_id, contact_id, provider_id, service_id, starts_at, ends_at, status, code)
  select
    bench.id(6, c, n), bench.id(2, c, 0), bench.id(5, c, n), bench.id(3, c, 0), bench.id(4, c, 0),
    w.starts_at, w.starts_at + interval '30 minutes',
    case when w.starts_at < now() then 'fulfilled' else 'booked' end, lpad(n::text, 6, '0')
  from generate_series(p_first, p_last) c, generate_series(1, p_rows) n
  cross join lateral (
    -- Ten a day, as many days back as to come.
    select date_trunc('day', now()) + (n / 10 - p_rows / 20) * interval '1 day' + interval '9 hours' + (n % 10) * interval '40 minutes' as starts_at
  ) w;
$$;
