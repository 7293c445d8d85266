-- Operations: what the worker does and when, who wakes it, how one sees that it runs, and how what was missed is found again.

-- The worker's jobs ---------------------------------------------------------------------------------------------------

create table private.jobs (
  name text primary key check (name ~ '^[a-z][a-z_]{1,39}$'),
  every interval not null check (every >= '0'),
  wakes_worker boolean not null default false,
  last_started_at timestamptz not null default '-infinity'
);
comment on table private.jobs is
  'What a run of the worker does, each so often at most, whoever runs. wakes_worker: due, it is reason enough to wake a worker; the others are when they have something to do.';
select private.protect_system_table('private.jobs', 'select, update');
insert into private.jobs (name, every, wakes_worker)
values
  ('expire_holds', '2 seconds', false),
  ('send_texts', '0', false),
  ('evaluate_alerts', '1 minute', true),
  ('tell_alerts', '5 seconds', false),
  ('tidy_counts', '1 hour', true);
-- Each run asks Twilio for two lists, and what it brings has been missed already: nobody is helped by haste. Nothing else may
-- be due when the database comes back, so it is reason enough to wake a worker.
insert into private.jobs (name, every, wakes_worker)
values ('reconcile', '30 seconds', true);

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
    from private.jobs c
    where c.last_started_at <= p_now - c.every
    for update skip locked
  ),
  claimed as (
    update private.jobs c
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
  'What a run of the worker has to do now. Answers {chores: [name, …]}. Two runs at once share the work; a run that dies leaves it to the next. Fails with invalid_input.';
select private.publish('public.claim_chores');

-- Health --------------------------------------------------------------------------------------------------------------

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
      'last_worker_run', (select max(c.last_started_at) from private.jobs c where isfinite(c.last_started_at))
    )
    from private.backlog() b
  );
end;
$$;
comment on function public.check_health() is
  'That the database answers, and whether the worker keeps up: how long the oldest due text and the oldest hold past its end have waited (0 or null: none), how many alerts are open, when the worker last ran. It tells nothing of any clinic.';
select private.publish('public.check_health');

-- Waking the worker ---------------------------------------------------------------------------------------------------

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
    from private.jobs c
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

-- Reconciliation ------------------------------------------------------------------------------------------------------

-- What Twilio knows and we do not, because the database was away when it was told. The worker lists Twilio's calls, recordings
-- and inbound texts again and brings what is missing, through the same RPCs as the webhooks, so that whatever came in before,
-- or comes in twice, is still there once.

-- All clinics share one account at Twilio, so there is one mark for all. It lies out of the Data API's reach.
create table private.reconciliation (
  is_only_row boolean primary key default true check (is_only_row),
  settled_until timestamptz not null check (isfinite(settled_until))
);
comment on table private.reconciliation is
  'Up to when all is known that Twilio knows: every call that began before is here with its end, each of its messages has its task, and so has each text.';
select private.protect_system_table('private.reconciliation', 'select, update');
insert into private.reconciliation (settled_until)
values (now());

-- The questions that are asked before a clinic is known. They run as their owner and tell sids that the asker has.
create function private.settled_calls(p_call_sids text[])
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select c.call_sid
  from public.calls c
  where c.call_sid = any (p_call_sids)
    and c.ended_at is not null;
$$;
comment on function private.settled_calls(text[]) is
  'Those of the calls whose end is known.';

create function private.settled_recordings(p_call_sids text[], p_recording_sids text[])
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  -- One after the other, which `offset 0` makes sure of. Joined all at once, each recording was compared with every call of
  -- its clinic: 180 ms for a thousand recordings at 1,500 calls, where this takes 10.
  select t.idempotency_key
  from unnest(p_call_sids, p_recording_sids) r (call_sid, recording_sid)
  cross join lateral (
    select c.org_id
    from public.calls c
    where c.call_sid = r.call_sid
    offset 0
  ) c
  cross join lateral (
    select t.idempotency_key
    from public.follow_up_tasks t
    where t.org_id = c.org_id
      and t.idempotency_key = r.recording_sid
    offset 0
  ) t;
$$;
comment on function private.settled_recordings(text[], text[]) is
  'Those of the recordings, each given with its call, that have their task.';

create function private.settled_texts(p_sids text[])
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select t.sid
  from public.texts t
  where t.sid = any (p_sids);
$$;
comment on function private.settled_texts(text[]) is
  'Those of the texts that have come in.';

create function public.start_reconciliation()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object('success', true, 'settled_until', r.settled_until)
  from private.reconciliation r;
$$;
comment on function public.start_reconciliation() is
  'Since when Twilio has to be asked. Answers {settled_until}.';
select private.publish('public.start_reconciliation');

create function public.find_unsettled(
  p_call_sids text[],
  p_recording_call_sids text[],
  p_recording_sids text[],
  p_text_sids text[] default '{}'
)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if p_call_sids is null
    or p_recording_sids is null
    or p_recording_call_sids is null
    or p_text_sids is null
    or cardinality(p_recording_sids) <> cardinality(p_recording_call_sids)
    or cardinality(p_call_sids) + cardinality(p_recording_sids) + cardinality(p_text_sids) > 3000
  then
    return private.failure('invalid_input');
  end if;
  return jsonb_build_object(
    'success', true,
    'calls', (
      select coalesce(jsonb_agg(s), '[]')
      from (select unnest(p_call_sids) except select private.settled_calls(p_call_sids)) unsettled (s)
    ),
    'recordings', (
      select coalesce(jsonb_agg(s), '[]')
      from (
        select unnest(p_recording_sids)
        except
        select private.settled_recordings(p_recording_call_sids, p_recording_sids)
      ) unsettled (s)
    ),
    'texts', (
      select coalesce(jsonb_agg(s), '[]')
      from (select unnest(p_text_sids) except select private.settled_texts(p_text_sids)) unsettled (s)
    )
  );
end;
$$;
comment on function public.find_unsettled(text[], text[], text[], text[]) is
  'Of ended calls, of recordings (each with its call) and of inbound texts, those that are missing here. Answers {calls: [sid, …], recordings: [sid, …], texts: [sid, …]}. Fails with invalid_input: lists of different lengths, more than 3,000 in all.';
select private.publish('public.find_unsettled');

create function private.next_event_sequence(p_org_id uuid, p_call_sid text)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(max(e.sequence) + 1, 0)
    from public.call_events e
    where e.org_id = p_org_id
      and e.call_sid = p_call_sid
  );
end;
$$;
comment on function private.next_event_sequence(uuid, text) is
  'Twilio''s list has no sequence: what comes from it follows on the last event that came in.';

create function public.settle_call(
  p_call_sid text,
  p_to text,
  p_from text,
  p_status text,
  p_started_at timestamptz,
  p_ended_at timestamptz,
  p_duration_seconds integer default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id constant uuid := coalesce(private.org_of_phone(p_to), private.org_of_call(p_call_sid));
  v_call public.calls;
begin
  if p_call_sid is null
    or not pg_input_is_valid(p_call_sid, 'private.call_sid')
    or p_status is null
    or not private.is_call_end(p_status)
    or p_started_at is null
    or not isfinite(p_started_at)
    or p_ended_at is null
    or not isfinite(p_ended_at)
    or p_duration_seconds < 0
  then
    return private.failure('invalid_input');
  end if;
  if v_org_id is null then
    return private.failure('not_found');
  end if;
  perform private.enter_clinic(v_org_id, 'settle_call', p_call_sid);
  perform private.lock_call(v_org_id, p_call_sid);
  v_call := private.note_call(v_org_id, p_call_sid, p_from, p_to, 'queued', p_started_at);
  if v_call.ended_at is not null then
    return jsonb_build_object('success', true, 'status', v_call.status);
  end if;
  -- Should its own callback still come, with this sequence or another, it ends what has ended.
  return public.record_call_event(
    p_call_sid,
    p_status,
    private.next_event_sequence(v_org_id, p_call_sid),
    p_ended_at,
    p_to,
    p_from,
    p_duration_seconds
  );
end;
$$;
comment on function public.settle_call(text, text, text, text, timestamptz, timestamptz, integer) is
  'Ends a call as Twilio lists it, when its end has not reached us; one whose end is known stays as it is. Answers {status}. Fails with not_found (no clinic has the number), invalid_input.';
select private.publish('public.settle_call');

create function public.finish_reconciliation(p_settled_until timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
begin
  if p_settled_until is null or not isfinite(p_settled_until) then
    return private.failure('invalid_input');
  end if;
  -- Two runs may overlap, and the worker's clock may be ahead: the mark moves forward, and never past now.
  update private.reconciliation r
  set settled_until = least(p_settled_until, now())
  where r.settled_until < least(p_settled_until, now());
  return '{"success": true}';
end;
$$;
comment on function public.finish_reconciliation(timestamptz) is
  'Notes up to when all is known. Answers success alone. Fails with invalid_input.';
select private.publish('public.finish_reconciliation');
