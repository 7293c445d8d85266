-- The schedule: what the worker does how often, who wakes it, and how one sees that it runs.

create table private.chores (
  name text primary key check (name ~ '^[a-z][a-z_]{1,39}$'),
  every interval not null check (every >= '0'),
  wakes_worker boolean not null default false,
  last_started_at timestamptz not null default '-infinity'
);
comment on table private.chores is
  'What a run of the worker does, each so often at most, whoever runs. wakes_worker: due, it is reason enough to wake a worker; the others are when they have something to do.';
insert into private.chores (name, every, wakes_worker)
values
  ('expire_holds', '2 seconds', false),
  ('send_texts', '0', false),
  ('evaluate_alerts', '1 minute', true),
  ('tell_alerts', '5 seconds', false),
  ('tidy_counts', '1 hour', true);

alter table private.chores enable row level security;
create policy engine on private.chores to booking_engine using (true) with check (true);
grant select, update on private.chores to booking_engine;

create function public.claim_chores(p_now timestamptz default now())
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_names jsonb;
begin
  if p_now is null or not isfinite(p_now) then
    return private.failure('invalid_input');
  end if;
  with due as (
    select c.name
    from private.chores c
    where c.last_started_at <= p_now - c.every
    for update skip locked
  ),
  claimed as (
    update private.chores c
    set last_started_at = p_now
    from due d
    where c.name = d.name
    returning c.name
  )
  select coalesce(jsonb_agg(c.name order by c.name), '[]')
  into v_names
  from claimed c;
  return jsonb_build_object('success', true, 'chores', v_names);
end;
$$;
comment on function public.claim_chores(timestamptz) is
  'What a run of the worker has to do now: {chores: [name, …]}. Two runs at once share the work; a run that dies leaves it to the next. Fails with invalid_input.';
revoke all on function public.claim_chores(timestamptz) from public, anon, authenticated;
grant execute on function public.claim_chores(timestamptz) to service_role;
alter function public.claim_chores(timestamptz) owner to booking_engine;

create function public.tidy_counts(p_now timestamptz default now())
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
  delete from private.request_counts c
  where c.minute < p_now - interval '15 days';
  delete from private.request_latencies l
  where l.minute < p_now - interval '2 days';
  delete from private.request_batches b
  where b.received_at < p_now - interval '1 day';
  return '{"success": true}';
end;
$$;
comment on function public.tidy_counts(timestamptz) is
  'Forgets counts of more than two weeks ago, of which no rule asks any more.';
revoke all on function public.tidy_counts(timestamptz) from public, anon, authenticated;
grant execute on function public.tidy_counts(timestamptz) to service_role;
alter function public.tidy_counts(timestamptz) owner to booking_engine;

-- Health -----------------------------------------------------------------------------------------------------------------

-- As its owner, over all clinics; both minima come from an index of what is open.
create function private.backlog(out text_due_at timestamptz, out hold_due_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  select min(o.due_at)
  into text_due_at
  from public.outbox o
  where o.status in ('pending', 'sending');
  select min(h.expires_at)
  into hold_due_at
  from public.appointment_holds h
  where h.status = 'held';
end;
$$;
comment on function private.backlog() is
  'Since when, or from when on, the oldest text and the oldest hold wait for the worker.';
revoke all on function private.backlog() from public;
grant execute on function private.backlog() to booking_engine;

create function public.check_health()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'success', true,
      'outbox_age_seconds', greatest(0, round(extract(epoch from now() - b.text_due_at)::numeric, 1)),
      'hold_overdue_seconds', greatest(0, round(extract(epoch from now() - b.hold_due_at)::numeric, 1)),
      'open_alerts', (select count(*) from private.alerts a where a.closed_at is null),
      'last_worker_run', (select max(c.last_started_at) from private.chores c where isfinite(c.last_started_at))
    )
    from private.backlog() b
  );
end;
$$;
comment on function public.check_health() is
  'That the database answers, and whether the worker keeps up: how long the oldest due text and the oldest hold past its end have waited (0 or null: none), how many alerts are open, when the worker last ran. It tells nothing of any clinic.';
revoke all on function public.check_health() from public, anon, authenticated;
grant execute on function public.check_health() to service_role;
alter function public.check_health() owner to booking_engine;

-- Waking the worker --------------------------------------------------------------------------------------------------------

create function private.wake_worker()
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_url text;
  v_key text;
begin
  -- A run that finds nothing to do costs an invocation; looking first costs two reads of an index.
  if not exists (
    select 1
    from private.backlog() b
    where b.text_due_at <= now()
      or b.hold_due_at <= now()
  ) and not exists (
    select 1
    from private.chores c
    where c.wakes_worker
      and c.last_started_at <= now() - c.every
  ) then
    return;
  end if;
  select s.decrypted_secret
  into v_url
  from vault.decrypted_secrets s
  where s.name = 'frontdesk_functions_url';
  select s.decrypted_secret
  into v_key
  from vault.decrypted_secrets s
  where s.name = 'frontdesk_worker_key';
  if v_url is null or v_key is null then
    return;
  end if;
  -- Sent when this transaction commits. pg_net may lose it: the next one finds the same work.
  perform net.http_post(
    url := rtrim(v_url, '/') || '/worker',
    body := '{}',
    headers := jsonb_build_object('content-type', 'application/json', 'apikey', v_key),
    timeout_milliseconds := 30000
  );
end;
$$;
comment on function private.wake_worker() is
  'Pokes the worker if there is anything to do. The address and the secret key are in Vault, as frontdesk_functions_url (…/functions/v1) and frontdesk_worker_key; without them nothing happens.';
revoke all on function private.wake_worker() from public;

-- Hosted Supabase and its Docker images have all three extensions. The local stack has none, and wakes the worker itself.
do $$
begin
  if (
    select count(*)
    from pg_available_extensions e
    where e.name in ('pg_cron', 'pg_net', 'supabase_vault')
  ) < 3 then
    return;
  end if;
  create extension if not exists supabase_vault;
  create extension if not exists pg_net with schema extensions;
  create extension if not exists pg_cron with schema pg_catalog;
  perform cron.schedule('frontdesk-wake-worker', '5 seconds', 'select private.wake_worker()');
  -- pg_cron writes down every run and forgets none.
  perform cron.schedule(
    'frontdesk-forget-runs',
    '17 * * * *',
    $job$ delete from cron.job_run_details where end_time < now() - interval '1 day' $job$
  );
end;
$$;
