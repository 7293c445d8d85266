-- Texts: what a clinic wants sent and when, who wants none, what became of each, and how the worker takes them out of the
-- outbox. What a text says is TypeScript's; whether, to whom, when, and what the clock shows there is decided here.

create table public.text_settings (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null unique references public.organizations (id) on delete cascade,
  confirmations boolean not null default true,
  reminders interval[] not null default '{2 days,2 hours}' check (
    cardinality(reminders) <= 5
    and interval '15 minutes' <= all (reminders)
    and interval '60 days' >= all (reminders)
  ),
  quiet_from time not null default '21:00',
  quiet_to time not null default '08:00',
  messaging_service_sid text check (messaging_service_sid ~ '^MG[0-9a-zA-Z]{32}$')
);
comment on table public.text_settings is
  'Which texts a clinic sends. `reminders` are distances on the wall clock before the appointment; none goes out between quiet_from and quiet_to (equal: no quiet hours). Without a messaging service, texts come from the clinic''s first number.';
select private.keep_org_immutable('public.text_settings');
select private.keep_audited('public.text_settings');

alter table public.text_settings enable row level security;
select private.bind_engine('public.text_settings', 'select');
select private.allow_members('public.text_settings', 'select', '{owner,staff,viewer}');
select private.allow_members('public.text_settings', 'update', '{owner}');

-- As its owner: a clinic that is being made cannot have been entered.
create function private.give_text_settings()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.text_settings (org_id)
  values (new.id)
  on conflict do nothing;
  return null;
end;
$$;
comment on function private.give_text_settings() is
  'Every clinic has settings from its first day, so that the defaults are written in one place: the table.';
revoke all on function private.give_text_settings() from public;

create trigger give_text_settings
after insert on public.organizations
for each row execute function private.give_text_settings();
insert into public.text_settings (org_id)
select o.id
from public.organizations o;

create table public.opt_outs (
  -- Not the number: the audit trail names a row by its key.
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null,
  source text not null default 'staff' check (source in ('patient', 'carrier', 'staff')),
  created_at timestamptz not null default now(),
  unique (org_id, phone)
);
comment on table public.opt_outs is
  'Numbers that want no texts from a clinic: the patient wrote STOP, the carrier told us, or staff were asked. Only the patient''s START takes one away.';
select private.keep_org_immutable('public.opt_outs');
select private.keep_audited('public.opt_outs');

alter table public.opt_outs enable row level security;
select private.bind_engine('public.opt_outs', 'select, insert, delete');
select private.allow_members('public.opt_outs', 'select', '{owner,staff,viewer}');
select private.allow_members('public.opt_outs', 'insert', '{owner,staff}', 'org_id, phone');

create table public.texts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  direction text not null check (direction in ('in', 'out')),
  sid text not null check (sid ~ '^(SM|MM)[0-9a-zA-Z]{32}$'),
  phone private.e164,
  contact_id uuid,
  appointment_id uuid,
  outbox_id uuid,
  status text not null,
  error_code integer,
  outcome text check (outcome in ('confirmed', 'cancelled', 'passed_on', 'opted_out', 'opted_in')),
  is_answered boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, sid),
  check ((direction = 'in') = (outcome is not null)),
  foreign key (org_id, contact_id) references public.contacts (org_id, id) on delete cascade,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  foreign key (org_id, outbox_id) references public.outbox (org_id, id) on delete cascade
);
comment on table public.texts is
  'Every text that Twilio took from us or brought us, once (sid), without its words. `outcome` is what an inbound one did, is_answered whether we wrote back.';
create index texts_phone_idx on public.texts (org_id, phone, created_at);
create index texts_contact_idx on public.texts (org_id, contact_id);
create index texts_appointment_idx on public.texts (org_id, appointment_id);
create index texts_outbox_idx on public.texts (org_id, outbox_id);
select private.keep_org_immutable('public.texts');
select private.keep_audited('public.texts');

alter table public.texts enable row level security;
select private.bind_engine('public.texts', 'select, insert, update');
select private.allow_members('public.texts', 'select', '{owner,staff,viewer}');

-- Who wants no texts -----------------------------------------------------------------------------------------------------

create function private.has_opted_out(p_org_id uuid, p_contact_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.contacts c
    join public.opt_outs o
      on o.org_id = c.org_id
      and o.phone = c.phone
    where c.org_id = p_org_id
      and c.id = p_contact_id
  );
end;
$$;
comment on function private.has_opted_out(uuid, uuid) is
  'Whether a patient wants no texts from the clinic.';
revoke all on function private.has_opted_out(uuid, uuid) from public;
grant execute on function private.has_opted_out(uuid, uuid) to booking_engine;

create function private.withdraw_texts_to_opted_out()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  update public.outbox o
  set status = 'withdrawn', problem = 'opted_out', settled_at = clock_timestamp()
  from public.contacts c
  where c.org_id = new.org_id
    and c.phone = new.phone
    and o.org_id = c.org_id
    and o.contact_id = c.id
    and o.status = 'pending';
  if v_entered then
    perform private.enter_clinic(null);
  end if;
  return null;
end;
$$;
comment on function private.withdraw_texts_to_opted_out() is
  'An opt-out counts for what already waits too, whoever noted it.';
revoke all on function private.withdraw_texts_to_opted_out() from public;
alter function private.withdraw_texts_to_opted_out() owner to booking_engine;

create trigger withdraw_texts
after insert on public.opt_outs
for each row execute function private.withdraw_texts_to_opted_out();

-- Night ------------------------------------------------------------------------------------------------------------------

create function private.night_around(p_local timestamp, p_quiet_from time, p_quiet_to time)
returns tsrange
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select n.night
    from (values (-1), (0)) d (day)
    cross join lateral (
      select tsrange(
        p_local::date + d.day + p_quiet_from,
        p_local::date + d.day + case when p_quiet_to < p_quiet_from then 1 else 0 end + p_quiet_to
      ) as night
    ) n
    where n.night @> p_local
  );
end;
$$;
comment on function private.night_around(timestamp, time, time) is
  'The quiet hours that a wall clock falls into, or null. They may cross midnight.';
revoke all on function private.night_around(timestamp, time, time) from public;
grant execute on function private.night_around(timestamp, time, time) to booking_engine;

-- Out of the outbox ------------------------------------------------------------------------------------------------------

create function private.leave_text_task(p_row public.outbox, p_explanation text)
returns void
language sql
volatile
set search_path = ''
as $$
  -- One open task for a patient who cannot be reached says it all; ten would bury it.
  insert into public.follow_up_tasks (
    org_id, contact_id, appointment_id, from_phone, reason, body, due_at, idempotency_key
  )
  select c.org_id, c.id, (p_row).appointment_id, c.phone, 'text_failed', left(p_explanation, 4000), now(), 'text ' || (p_row).id
  from public.contacts c
  where c.org_id = (p_row).org_id
    and c.id = (p_row).contact_id
    and not exists (
      select 1
      from public.follow_up_tasks t
      where t.org_id = c.org_id
        and t.contact_id = c.id
        and t.reason = 'text_failed'
        and t.status <> 'done'
    )
  on conflict (org_id, idempotency_key) do nothing;
$$;
comment on function private.leave_text_task(public.outbox, text) is
  'Tells staff that a patient did not get a text; p_explanation is for them to read.';
revoke all on function private.leave_text_task(public.outbox, text) from public;
grant execute on function private.leave_text_task(public.outbox, text) to booking_engine;

create function private.hold_text_back(p_row public.outbox, p_now timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_status text;
  v_starts_at timestamptz;
  v_timezone text;
  v_night tsrange;
  v_morning timestamptz;
begin
  select a.status, a.starts_at
  into v_status, v_starts_at
  from public.appointments a
  where a.org_id = p_row.org_id
    and a.id = p_row.appointment_id;
  if v_starts_at is distinct from p_row.starts_at
    or (p_row.kind = 'cancelled_text') <> (v_status = 'cancelled')
    or v_status not in ('booked', 'confirmed', 'cancelled')
  then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'withdrawn', 'changed');
    return true;
  elsif private.has_opted_out(p_row.org_id, p_row.contact_id) then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'withdrawn', 'opted_out');
    return true;
  elsif p_row.attempts >= 24 or (p_row.attempts > 0 and p_now >= p_row.not_after) then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'given_up', coalesce(p_row.problem, 'no_answer'));
    perform private.leave_text_task(p_row, null);
    return true;
  elsif p_now >= p_row.not_after then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'withdrawn', 'too_late');
    return true;
  elsif p_row.any_hour and p_now < p_row.created_at + interval '15 minutes' then
    -- Later than that, they are asleep again.
    return false;
  end if;

  -- It was due by day, but is looked at by night: the worker was away, or tries again.
  select o.timezone, private.night_around(p_now at time zone o.timezone, s.quiet_from, s.quiet_to)
  into v_timezone, v_night
  from public.organizations o
  join public.text_settings s on s.org_id = o.id
  where o.id = p_row.org_id;
  if v_night is null then
    return false;
  end if;
  v_morning := upper(v_night) at time zone v_timezone;
  update public.outbox o
  set status = 'pending', claim_id = null, due_at = v_morning
  where o.org_id = p_row.org_id
    and o.id = p_row.id;
  return true;
end;
$$;
comment on function private.hold_text_back(public.outbox, timestamptz) is
  'True when a due text must not go out now; it has then been withdrawn, given up, or put off until morning.';
revoke all on function private.hold_text_back(public.outbox, timestamptz) from public;
grant execute on function private.hold_text_back(public.outbox, timestamptz) to booking_engine;

create function private.text_told(p_row public.outbox)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'org_id', o.id,
    'outbox_id', (p_row).id,
    'claim_id', (p_row).claim_id,
    'kind', (p_row).kind,
    'attempt', (p_row).attempts,
    'unsure_since', (p_row).unsure_since,
    'to', c.phone,
    'from', n.phone,
    'messaging_service_sid', s.messaging_service_sid,
    'clinic', jsonb_build_object('name', o.name, 'locale', o.locale, 'address', o.address, 'phone', n.phone),
    'slot', private.slot(a.org_id, a.service_id, a.provider_id, a.starts_at, a.ends_at),
    'provider', r.name,
    'code', a.code
  )
  from public.organizations o
  join public.text_settings s on s.org_id = o.id
  join public.contacts c on c.org_id = o.id and c.id = (p_row).contact_id
  join public.appointments a on a.org_id = o.id and a.id = (p_row).appointment_id
  join public.resources r on r.org_id = o.id and r.id = a.provider_id
  left join lateral (
    select p.phone
    from public.phone_numbers p
    where p.org_id = o.id
    order by p.created_at, p.phone
    limit 1
  ) n on true
  where o.id = (p_row).org_id;
$$;
comment on function private.text_told(public.outbox) is
  'All that is needed to word and send a text, as claim_texts tells it.';
revoke all on function private.text_told(public.outbox) from public;
grant execute on function private.text_told(public.outbox) to booking_engine;

create function public.claim_texts(
  p_limit integer default 10,
  p_lease_seconds integer default 30,
  p_now timestamptz default now()
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id uuid;
  v_row public.outbox;
  v_seen integer := 0;
  v_texts jsonb := '[]';
begin
  if p_limit is null
    or p_limit not between 1 and 100
    or p_lease_seconds is null
    or p_lease_seconds not between 5 and 600
    or p_now is null
    or not isfinite(p_now)
  then
    return private.failure('invalid_input');
  end if;
  for v_org_id in
    select o
    from private.orgs_with_due_outbox(p_now) o
  loop
    exit when v_seen >= p_limit;
    perform private.enter_clinic(v_org_id, 'claim_texts');
    -- What another worker is looking at right now is theirs.
    for v_row in
      select o.*
      from public.outbox o
      where o.org_id = v_org_id
        and o.status in ('pending', 'sending')
        and o.due_at <= p_now
      order by o.due_at, o.created_at
      limit p_limit - v_seen
      for update skip locked
    loop
      v_seen := v_seen + 1;
      continue when private.hold_text_back(v_row, p_now);
      update public.outbox o
      set
        status = 'sending',
        claim_id = gen_random_uuid(),
        attempts = o.attempts + 1,
        due_at = p_now + make_interval(secs => p_lease_seconds),
        unsure_since = coalesce(o.unsure_since, p_now)
      where o.org_id = v_org_id
        and o.id = v_row.id
      returning o.claim_id, o.attempts
      into v_row.claim_id, v_row.attempts;
      -- Told with the earlier unsure_since: null when no earlier try can have been accepted.
      v_texts := v_texts || private.text_told(v_row);
    end loop;
    perform private.enter_clinic(null);
  end loop;
  return jsonb_build_object('success', true, 'seen', v_seen, 'texts', v_texts);
end;
$$;
comment on function public.claim_texts(integer, integer, timestamptz) is
  'Takes up to p_limit due texts of all clinics for p_lease_seconds, and settles those that must not be sent any more. Answers {seen, texts}: seen 0 means that nothing is due. Each text must be settled by record_text_sent or record_text_failed before the lease ends, or somebody else takes it; unsure_since, when set, asks to look first whether it was accepted since then. Fails with invalid_input.';
revoke all on function public.claim_texts(integer, integer, timestamptz) from public, anon, authenticated;
grant execute on function public.claim_texts(integer, integer, timestamptz) to service_role;
alter function public.claim_texts(integer, integer, timestamptz) owner to booking_engine;

-- What became of it ------------------------------------------------------------------------------------------------------

create function private.text_rank(p_status text)
returns integer
language sql
immutable
set search_path = ''
return array_position(
  array['accepted', 'scheduled', 'queued', 'sending', 'sent', 'canceled', 'failed', 'undelivered', 'delivered', 'read'],
  p_status
);
comment on function private.text_rank(text) is
  'How far a text has come. Reports arrive in any order: the furthest counts. Null for a status that we do not know.';
revoke all on function private.text_rank(text) from public;
grant execute on function private.text_rank(text) to booking_engine;

create function private.note_text(
  p_row public.outbox,
  p_sid text,
  p_status text,
  p_error_code integer
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.texts as known (
    org_id, direction, sid, phone, contact_id, appointment_id, outbox_id, status, error_code
  )
  select p_row.org_id, 'out', p_sid, c.phone, c.id, p_row.appointment_id, p_row.id, p_status, p_error_code
  from public.contacts c
  where c.org_id = p_row.org_id
    and c.id = p_row.contact_id
  on conflict (org_id, sid) do update
  set
    status = case
      when private.text_rank(excluded.status) > private.text_rank(known.status) then excluded.status
      else known.status
    end,
    error_code = coalesce(known.error_code, excluded.error_code),
    updated_at = now()
  where known.outbox_id = excluded.outbox_id;
  if not found then
    return false;
  end if;
  if p_row.status <> 'sent' then
    perform private.settle_outbox(p_row.org_id, p_row.id, 'sent');
  end if;
  return true;
end;
$$;
comment on function private.note_text(public.outbox, text, text, integer) is
  'Notes that Twilio has the text of a row, and how far it is. False when that message belongs to another row.';
revoke all on function private.note_text(public.outbox, text, text, integer) from public;
grant execute on function private.note_text(public.outbox, text, text, integer) to booking_engine;

create function private.locked_outbox(p_org_id uuid, p_outbox_id uuid)
returns public.outbox
language sql
volatile
set search_path = ''
as $$
  select o.*
  from public.outbox o
  where o.org_id = p_org_id
    and o.id = p_outbox_id
  for update;
$$;
comment on function private.locked_outbox(uuid, uuid) is
  'A row of the outbox, locked; a row of nulls when the clinic has no such row.';
revoke all on function private.locked_outbox(uuid, uuid) from public;
grant execute on function private.locked_outbox(uuid, uuid) to booking_engine;

create function public.record_text_sent(p_org_id uuid, p_outbox_id uuid, p_sid text, p_status text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_row public.outbox;
begin
  if p_org_id is null
    or p_outbox_id is null
    or p_sid is null
    or p_sid !~ '^(SM|MM)[0-9a-zA-Z]{32}$'
    or private.text_rank(p_status) is null
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'record_text_sent');
  v_row := private.locked_outbox(p_org_id, p_outbox_id);
  if v_row.id is null or not private.note_text(v_row, p_sid, p_status, null) then
    return private.failure('not_found');
  end if;
  return '{"success": true}';
end;
$$;
comment on function public.record_text_sent(uuid, uuid, text, text) is
  'Settles a text that Twilio accepted as message p_sid, whoever claimed it. Fails with not_found (no such row, or the message is known to be that of another row), invalid_input.';
revoke all on function public.record_text_sent(uuid, uuid, text, text) from public, anon, authenticated;
grant execute on function public.record_text_sent(uuid, uuid, text, text) to service_role;
alter function public.record_text_sent(uuid, uuid, text, text) owner to booking_engine;

create function public.record_text_failed(
  p_org_id uuid,
  p_outbox_id uuid,
  p_claim_id uuid,
  p_problem text,
  p_explanation text,
  p_is_final boolean,
  p_is_unsure boolean
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_row public.outbox;
begin
  if p_org_id is null
    or p_outbox_id is null
    or p_claim_id is null
    or p_problem is null
    or p_problem !~ '^[a-z][a-z0-9_]{1,79}$'
    or p_is_final is null
    or p_is_unsure is null
  then
    return private.failure('invalid_input');
  end if;
  perform private.enter_clinic(p_org_id, 'record_text_failed');
  v_row := private.locked_outbox(p_org_id, p_outbox_id);
  -- After the lease it may be somebody else's, or its delivery report has settled it.
  if v_row.id is null or v_row.status <> 'sending' or v_row.claim_id <> p_claim_id then
    return private.failure('not_found');
  end if;

  if p_is_final or v_row.attempts >= 24 then
    perform private.settle_outbox(p_org_id, p_outbox_id, 'given_up', p_problem);
    perform private.leave_text_task(v_row, p_explanation);
    perform private.heed_carrier(p_org_id, v_row.contact_id, p_problem);
    return '{"success": true, "status": "given_up"}';
  end if;
  update public.outbox o
  set
    status = 'pending',
    claim_id = null,
    problem = p_problem,
    -- What Twilio may have taken, its delivery report mostly settles within seconds. Its list may lag behind.
    due_at = clock_timestamp()
      + greatest(private.retry_after(o.attempts), case when p_is_unsure then interval '5 seconds' end),
    unsure_since = case when p_is_unsure then o.unsure_since end
  where o.org_id = p_org_id
    and o.id = p_outbox_id;
  return '{"success": true, "status": "pending"}';
end;
$$;

create function private.heed_carrier(p_org_id uuid, p_contact_id uuid, p_problem text)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into public.opt_outs (org_id, phone, source)
  select c.org_id, c.phone, 'carrier'
  from public.contacts c
  where c.org_id = p_org_id
    and c.id = p_contact_id
    and p_problem = 'twilio_21610'
  on conflict do nothing;
$$;
comment on function private.heed_carrier(uuid, uuid, text) is
  'Twilio''s error 21610 says that the patient has opted out with the carrier: we remember it as our own.';
revoke all on function private.heed_carrier(uuid, uuid, text) from public;
grant execute on function private.heed_carrier(uuid, uuid, text) to booking_engine;

comment on function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) is
  'Notes a failed try of a claimed text: another is made later, with growing pauses, unless p_is_final or this was the 24th; then it is given up and p_explanation becomes a task. p_is_unsure: Twilio may have accepted it all the same. Answers {status}. Fails with not_found (not, or no longer, claimed by p_claim_id), invalid_input.';
revoke all on function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) from public, anon, authenticated;
grant execute on function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) to service_role;
alter function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) owner to booking_engine;

create function public.record_text_status(
  p_outbox_id uuid,
  p_sid text,
  p_status text,
  p_error_code integer default null,
  p_explanation text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  v_org_id uuid;
  v_row public.outbox;
begin
  if p_outbox_id is null
    or p_sid is null
    or p_sid !~ '^(SM|MM)[0-9a-zA-Z]{32}$'
    or private.text_rank(p_status) is null
    or p_error_code not between 1 and 99999
  then
    return private.failure('invalid_input');
  end if;
  v_org_id := private.org_of_outbox(p_outbox_id);
  perform private.enter_clinic(v_org_id, 'record_text_status');
  v_row := private.locked_outbox(v_org_id, p_outbox_id);
  -- The first report may come before the one who sent it could write down that it was sent.
  if v_row.id is null or not private.note_text(v_row, p_sid, p_status, p_error_code) then
    return private.failure('not_found');
  end if;
  if p_status in ('failed', 'undelivered', 'canceled') then
    perform private.leave_text_task(v_row, p_explanation);
    perform private.heed_carrier(v_org_id, v_row.contact_id, 'twilio_' || p_error_code);
  end if;
  return jsonb_build_object(
    'success', true,
    'status', (select t.status from public.texts t where t.org_id = v_org_id and t.sid = p_sid)
  );
end;
$$;
comment on function public.record_text_status(uuid, text, text, integer, text) is
  'Takes one of Twilio''s delivery reports, late, twice or out of order, and answers how far the text is: it only moves forward. One that was not delivered leaves a task with p_explanation. Fails with not_found, invalid_input.';
revoke all on function public.record_text_status(uuid, text, text, integer, text) from public, anon, authenticated;
grant execute on function public.record_text_status(uuid, text, text, integer, text) to service_role;
alter function public.record_text_status(uuid, text, text, integer, text) owner to booking_engine;
