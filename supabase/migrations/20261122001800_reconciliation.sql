-- Reconciliation: what Twilio knows and we do not, because the database was away when it was told. The worker lists Twilio's
-- calls, recordings and inbound texts again and brings what is missing, through the same RPCs as the webhooks, so that
-- whatever came in before, or comes in twice, is still there once.

-- All clinics share one account at Twilio, so there is one mark for all. It lies out of the Data API's reach.
create table private.reconciliation (
  is_only_row boolean primary key default true check (is_only_row),
  settled_until timestamptz not null check (isfinite(settled_until))
);
comment on table private.reconciliation is
  'Up to when all is known that Twilio knows: every call that began before is here with its end, each of its messages has its task, and so has each text.';
insert into private.reconciliation (settled_until)
values (now());

alter table private.reconciliation enable row level security;
create policy engine on private.reconciliation to booking_engine using (true) with check (true);
grant select, update on private.reconciliation to booking_engine;

-- Each run asks Twilio for two lists, and what it brings has been missed already: nobody is helped by haste. Nothing else may
-- be due when the database comes back, so it is reason enough to wake a worker.
insert into private.chores (name, every, wakes_worker)
values ('reconcile', '30 seconds', true);

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
revoke all on function private.settled_calls(text[]) from public;
grant execute on function private.settled_calls(text[]) to booking_engine;

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
revoke all on function private.settled_recordings(text[], text[]) from public;
grant execute on function private.settled_recordings(text[], text[]) to booking_engine;

-- A text is looked up by its sid before its clinic is known.
create index texts_sid_idx on public.texts (sid);

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
revoke all on function private.settled_texts(text[]) from public;
grant execute on function private.settled_texts(text[]) to booking_engine;

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
  'Since when Twilio has to be asked: {settled_until}.';
revoke all on function public.start_reconciliation() from public, anon, authenticated;
grant execute on function public.start_reconciliation() to service_role;
alter function public.start_reconciliation() owner to booking_engine;

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
  'Of ended calls, of recordings (each with its call) and of inbound texts, those that are missing here: {calls: [sid, …], recordings: [sid, …], texts: [sid, …]}. Fails with invalid_input: lists of different lengths, more than 3,000 in all.';
revoke all on function public.find_unsettled(text[], text[], text[], text[]) from public, anon, authenticated;
grant execute on function public.find_unsettled(text[], text[], text[], text[]) to service_role;
alter function public.find_unsettled(text[], text[], text[], text[]) owner to booking_engine;

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
    or p_call_sid !~ '^[A-Za-z0-9_-]{1,64}$'
    or p_status is null
    or p_status not in ('completed', 'busy', 'failed', 'no-answer', 'canceled')
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

  insert into public.calls as call (org_id, call_sid, from_phone, to_phone, status_at, started_at)
  values (
    v_org_id,
    p_call_sid,
    case when p_from ~ '^\+[1-9][0-9]{6,14}$' then p_from end,
    case when p_to ~ '^\+[1-9][0-9]{6,14}$' then p_to end,
    p_started_at,
    p_started_at
  )
  on conflict (org_id, call_sid) do update
  set started_at = excluded.started_at
  where call.started_at > excluded.started_at;
  select c.*
  into v_call
  from public.calls c
  where c.org_id = v_org_id
    and c.call_sid = p_call_sid;
  if v_call.ended_at is not null then
    return jsonb_build_object('success', true, 'status', v_call.status);
  end if;

  -- The list has no sequence: the end follows on the last event that came in. Should its own callback still come, with this
  -- number or another, it ends what has ended.
  return public.record_call_event(
    p_call_sid,
    p_status,
    (
      select coalesce(max(e.sequence) + 1, 0)
      from public.call_events e
      where e.org_id = v_org_id
        and e.call_sid = p_call_sid
    ),
    p_ended_at,
    p_to,
    p_from,
    p_duration_seconds
  );
end;
$$;
comment on function public.settle_call(text, text, text, text, timestamptz, timestamptz, integer) is
  'Ends a call as Twilio lists it, when its end has not reached us; one whose end is known stays as it is. Answers {status}. Fails with not_found (no clinic has the number), invalid_input.';
revoke all on function public.settle_call(text, text, text, text, timestamptz, timestamptz, integer) from public, anon, authenticated;
grant execute on function public.settle_call(text, text, text, text, timestamptz, timestamptz, integer) to service_role;
alter function public.settle_call(text, text, text, text, timestamptz, timestamptz, integer) owner to booking_engine;

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
  'Notes up to when all is known. Fails with invalid_input.';
revoke all on function public.finish_reconciliation(timestamptz) from public, anon, authenticated;
grant execute on function public.finish_reconciliation(timestamptz) to service_role;
alter function public.finish_reconciliation(timestamptz) owner to booking_engine;
