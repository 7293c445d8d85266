-- Texts: what a clinic wants sent and when, who wants none, how texts leave, what became of them, and what patients answer. What
-- a text says is TypeScript's; whether, to whom, when, and what the clock shows there is decided here.

-- Settings and opt-outs -----------------------------------------------------------------------------------------------

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
select private.protect('public.text_settings', 'select');
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

create trigger give_text_settings
after insert on public.organizations
for each row execute function private.give_text_settings();

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
select private.protect('public.opt_outs', 'select, insert, delete');
select private.allow_members('public.opt_outs', 'select', '{owner,staff,viewer}');
select private.allow_members('public.opt_outs', 'insert', '{owner,staff}', 'org_id, phone');

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

-- The outbox ----------------------------------------------------------------------------------------------------------

-- Whatever has to happen outside the database is a row, written in the same transaction as its cause. So it happens if and only
-- if the cause was committed, and a process that dies on the way to the outside loses nothing.
--
-- A row's life: pending → sending (claimed for the length of a lease) → sent; or back to pending for another try; or
-- withdrawn, when there is nothing to say any more; or given_up, which leaves a task for staff.

create table public.outbox (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  kind text not null check (kind in ('booked_text', 'moved_text', 'cancelled_text', 'reminder_text')),
  appointment_id uuid,
  contact_id uuid,
  starts_at timestamptz,
  any_hour boolean not null default false,
  idempotency_key text not null,
  status text not null default 'pending' check (status in ('pending', 'sending', 'sent', 'withdrawn', 'given_up')),
  due_at timestamptz not null check (isfinite(due_at)),
  not_after timestamptz not null,
  attempts integer not null default 0,
  claim_id uuid,
  unsure_since timestamptz,
  problem text check (length(problem) <= 80),
  settled_at timestamptz,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, idempotency_key),
  check ((status = 'sending') = (claim_id is not null)),
  check ((status in ('sent', 'withdrawn', 'given_up')) = (settled_at is not null)),
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade,
  foreign key (org_id, contact_id) references public.contacts (org_id, id) on delete cascade
);
comment on table public.outbox is
  'What has to happen outside: one row for one effect (idempotency_key). It names patient and appointment and copies nothing of them.';
comment on column public.outbox.starts_at is
  'The start that this is about: once the appointment has another, the row has nothing to say.';
comment on column public.outbox.any_hour is
  'It answers what the patient has just done: for a quarter of an hour it may go out at night too.';
comment on column public.outbox.due_at is
  'When to look at it next. While it is being sent, the end of the lease: whoever claimed it has died if it is still unsettled then.';
comment on column public.outbox.unsure_since is
  'Since when it may have been accepted outside without our knowing: the start of the first try whose end was not heard of. Ask before sending again.';
comment on column public.outbox.problem is
  'Why the last try failed, or why it was withdrawn: a code, never a message from outside.';
create index outbox_due_idx on public.outbox (due_at, org_id)
  where status in ('pending', 'sending');
comment on index public.outbox_due_idx is
  'The clinics that have texts to send, every few seconds.';
create index outbox_org_due_idx on public.outbox (org_id, due_at)
  where status in ('pending', 'sending');
comment on index public.outbox_org_due_idx is
  'A clinics texts to send, in order.';
create index outbox_appointment_idx on public.outbox (org_id, appointment_id);
create index outbox_contact_idx on public.outbox (org_id, contact_id, settled_at);
select private.protect('public.outbox', 'select, insert, update');
select private.allow_members('public.outbox', 'select', '{owner,staff,viewer}');

create table public.texts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  direction text not null check (direction in ('in', 'out')),
  sid private.message_sid not null,
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
comment on index public.texts_phone_idx is
  'What has lately come from one number, before writing back.';
create index texts_contact_idx on public.texts (org_id, contact_id);
create index texts_appointment_idx on public.texts (org_id, appointment_id);
create index texts_outbox_idx on public.texts (org_id, outbox_id);
create index texts_sid_idx on public.texts (sid);
comment on index public.texts_sid_idx is
  'A text is looked up by its sid before its clinic is known.';
select private.protect('public.texts', 'select, insert, update');
select private.allow_members('public.texts', 'select', '{owner,staff,viewer}');

-- The two questions that are asked before a clinic is chosen. They run as their owner and give ids, no more.
create function private.orgs_with_due_outbox(p_now timestamptz)
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select o.org_id
  from public.outbox o
  where o.status in ('pending', 'sending')
    and o.due_at <= p_now
  group by o.org_id
  order by min(o.due_at);
$$;
comment on function private.orgs_with_due_outbox(timestamptz) is
  'The clinics that have something to send, the longest waiting first.';

create function private.org_of_outbox(p_outbox_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  select o.org_id
  from public.outbox o
  where o.id = p_outbox_id;
$$;
comment on function private.org_of_outbox(uuid) is
  'The clinic that a row of the outbox belongs to, or null: a delivery report names the row alone.';

create function private.retry_after(p_attempts integer)
returns interval
language sql
volatile
set search_path = ''
-- Grows by half from a second to half an hour, which 24 tries stretch over four hours. Half of it is chance, so that
-- what failed together does not come back together.
return least(power(1.5, least(p_attempts, 40)), 1800) * (0.75 + random() / 2) * interval '1 second';
comment on function private.retry_after(integer) is
  'How long to wait after so many failed tries.';

create function private.settle_outbox(p_org_id uuid, p_outbox_id uuid, p_status text, p_problem text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.outbox o
  set
    status = p_status,
    claim_id = null,
    problem = p_problem,
    settled_at = clock_timestamp()
  where o.org_id = p_org_id
    and o.id = p_outbox_id;
end;
$$;
comment on function private.settle_outbox(uuid, uuid, text, text) is
  'Ends a row of the outbox: sent, withdrawn or given_up.';

create function private.withdraw_outbox(
  p_org_id uuid,
  p_appointment_id uuid,
  p_problem text,
  p_kinds text[] default null
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- What is being sent at this moment is not touched: it is looked at again before any second try.
  update public.outbox o
  set
    status = 'withdrawn',
    problem = p_problem,
    settled_at = clock_timestamp()
  where o.org_id = p_org_id
    and o.appointment_id = p_appointment_id
    and o.status = 'pending'
    and (p_kinds is null or o.kind = any (p_kinds));
end;
$$;
comment on function private.withdraw_outbox(uuid, uuid, text, text[]) is
  'Withdraws what waits to be said about an appointment (of these kinds, or at all).';

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
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.withdraw_texts_to_opted_out() is
  'An opt-out counts for what already waits too, whoever noted it.';
alter function private.withdraw_texts_to_opted_out() owner to booking_engine;

create trigger withdraw_texts
after insert on public.opt_outs
for each row execute function private.withdraw_texts_to_opted_out();

-- Sending -------------------------------------------------------------------------------------------------------------

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

create function private.withhold_text(p_row public.outbox, p_now timestamptz)
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
comment on function private.withhold_text(public.outbox, timestamptz) is
  'True when a due text must not go out now; it has then been withdrawn, given up, or put off until morning.';

create function private.text_json(p_row public.outbox)
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
comment on function private.text_json(public.outbox) is
  'All that is needed to word and send a text, as claim_texts tells it.';

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
      continue when private.withhold_text(v_row, p_now);
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
      v_texts := v_texts || private.text_json(v_row);
    end loop;
    perform private.enter_clinic(null);
  end loop;
  return jsonb_build_object('success', true, 'seen', v_seen, 'texts', v_texts);
end;
$$;
comment on function public.claim_texts(integer, integer, timestamptz) is
  'Takes up to p_limit due texts of all clinics for p_lease_seconds, and settles those that must not be sent any more. Answers {seen, texts}: seen 0 means that nothing is due. Each text must be settled by record_text_sent or record_text_failed before the lease ends, or somebody else takes it; unsure_since, when set, asks to look first whether it was accepted since then. Fails with invalid_input.';
select private.publish('public.claim_texts');

-- What became of a text -----------------------------------------------------------------------------------------------

create function private.text_progress(p_status text)
returns integer
language sql
immutable
set search_path = ''
return array_position(
  array['accepted', 'scheduled', 'queued', 'sending', 'sent', 'canceled', 'failed', 'undelivered', 'delivered', 'read'],
  p_status
);
comment on function private.text_progress(text) is
  'How far a text has come. Reports arrive in any order: the furthest counts. Null for a status that we do not know.';

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
      when private.text_progress(excluded.status) > private.text_progress(known.status) then excluded.status
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
    or not pg_input_is_valid(p_sid, 'private.message_sid')
    or private.text_progress(p_status) is null
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
  'Settles a text that Twilio accepted as message p_sid, whoever claimed it. Answers success alone. Fails with not_found (no such row, or the message is known to be that of another row), invalid_input.';
select private.publish('public.record_text_sent');

create function private.note_carrier_opt_out(p_org_id uuid, p_contact_id uuid, p_problem text)
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
comment on function private.note_carrier_opt_out(uuid, uuid, text) is
  'Twilio''s error 21610 says that the patient has opted out with the carrier: we remember it as our own.';

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
    perform private.note_carrier_opt_out(p_org_id, v_row.contact_id, p_problem);
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
comment on function public.record_text_failed(uuid, uuid, uuid, text, text, boolean, boolean) is
  'Notes a failed try of a claimed text: another is made later, with growing pauses, unless p_is_final or this was the 24th; then it is given up and p_explanation becomes a task. p_is_unsure: Twilio may have accepted it all the same. Answers {status}. Fails with not_found (not, or no longer, claimed by p_claim_id), invalid_input.';
select private.publish('public.record_text_failed');

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
    or not pg_input_is_valid(p_sid, 'private.message_sid')
    or private.text_progress(p_status) is null
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
    perform private.note_carrier_opt_out(v_org_id, v_row.contact_id, 'twilio_' || p_error_code);
  end if;
  return jsonb_build_object(
    'success', true,
    'status', (select t.status from public.texts t where t.org_id = v_org_id and t.sid = p_sid)
  );
end;
$$;
comment on function public.record_text_status(uuid, text, text, integer, text) is
  'Takes one of Twilio''s delivery reports, late, twice or out of order, and answers how far the text is: it only moves forward. One that was not delivered leaves a task with p_explanation. Fails with not_found, invalid_input.';
select private.publish('public.record_text_status');

-- What makes a clinic write to a patient ------------------------------------------------------------------------------

-- Every change of an appointment, by phone, by text or by staff, comes through the trigger below, in the transaction of the
-- change.

create function private.reminder_at(p_starts timestamp, p_before interval, p_quiet_from time, p_quiet_to time)
returns timestamp
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select case
      when n.night is null then w.wanted
      -- In the morning, if that is still well ahead; else in the evening before, a little ahead of the quiet hours.
      when upper(n.night) <= p_starts - p_before / 2 then upper(n.night)
      else lower(n.night) - interval '15 minutes'
    end
    -- Wall clock minus wall clock: two days before nine is nine, whatever the clocks did in between.
    from (select p_starts - p_before as wanted) w
    cross join lateral (select private.night_around(w.wanted, p_quiet_from, p_quiet_to) as night) n
  );
end;
$$;
comment on function private.reminder_at(timestamp, interval, time, time) is
  'When to remind, on the clinic''s wall clock: so long before the appointment; not at night, and never after it.';

create function private.plan_reminders(p_appointment public.appointments)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  with plan as (
    -- Two reminders that the night moves to one moment are one.
    select distinct on (d.due_at)
      d.due_at,
      'reminder ' || p_appointment.id || ' ' || extract(epoch from p_appointment.starts_at) || ' ' || b.before as key
    from public.organizations o
    join public.text_settings s on s.org_id = o.id
    cross join lateral unnest(s.reminders) b (before)
    cross join lateral (
      select private.reminder_at(
        p_appointment.starts_at at time zone o.timezone, b.before, s.quiet_from, s.quiet_to
      ) at time zone o.timezone as due_at
    ) d
    where o.id = p_appointment.org_id
      and p_appointment.status in ('booked', 'confirmed')
      and d.due_at > now()
      and d.due_at < p_appointment.starts_at
      and not private.has_opted_out(p_appointment.org_id, p_appointment.contact_id)
    order by d.due_at, b.before desc
  ),
  withdrawn as (
    update public.outbox o
    set status = 'withdrawn', problem = 'changed', settled_at = clock_timestamp()
    where o.org_id = p_appointment.org_id
      and o.appointment_id = p_appointment.id
      and o.kind = 'reminder_text'
      and o.status = 'pending'
      and o.idempotency_key not in (select p.key from plan p)
  )
  insert into public.outbox as known (
    org_id, kind, appointment_id, contact_id, starts_at, idempotency_key, due_at, not_after
  )
  select
    p_appointment.org_id, 'reminder_text', p_appointment.id, p_appointment.contact_id, p_appointment.starts_at, p.key,
    p.due_at, p_appointment.starts_at
  from plan p
  -- So soon after the confirmation it would only be noise; one that is planned already stays.
  where p.due_at > now() + interval '30 minutes'
    or exists (
      select 1
      from public.outbox o
      where o.org_id = p_appointment.org_id
        and o.idempotency_key = p.key
    )
  on conflict (org_id, idempotency_key) do update
  set
    status = 'pending',
    contact_id = excluded.contact_id,
    due_at = excluded.due_at,
    problem = null,
    settled_at = null
  where known.status in ('pending', 'withdrawn')
    and (known.status, known.contact_id, known.due_at) is distinct from ('pending', excluded.contact_id, excluded.due_at);
end;
$$;
comment on function private.plan_reminders(public.appointments) is
  'Makes an appointment''s waiting reminders those that the clinic''s settings ask for now: new ones are added, others withdrawn, sent ones never repeated.';

create function private.queue_text(p_appointment public.appointments, p_kind text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.outbox (
    org_id, kind, appointment_id, contact_id, starts_at, any_hour, idempotency_key, due_at, not_after
  )
  select
    s.org_id,
    p_kind,
    (p_appointment).id,
    (p_appointment).contact_id,
    (p_appointment).starts_at,
    -- An RPC acts for a patient who is awake, on the phone or texting. Staff may work at any hour.
    coalesce(current_setting('app.function', true), '') <> '',
    p_kind || ' ' || (p_appointment).id || ' ' || pg_current_xact_id()::text,
    now(),
    (p_appointment).starts_at
  from public.text_settings s
  where s.org_id = (p_appointment).org_id
    and s.confirmations
    and not private.has_opted_out(s.org_id, (p_appointment).contact_id)
  on conflict do nothing;
end;
$$;
comment on function private.queue_text(public.appointments, text) is
  'Puts a confirmation of what has just happened to an appointment into the outbox: one in a transaction.';

create function private.text_patient()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
  v_is_open constant boolean := new.status in ('booked', 'confirmed');
  v_was_open constant boolean := tg_op = 'UPDATE' and old.status in ('booked', 'confirmed');
  v_kind constant text := case
    when v_was_open and new.status = 'cancelled' then 'cancelled_text'
    when not v_is_open then null
    when not v_was_open or old.contact_id <> new.contact_id then 'booked_text'
    when (old.starts_at, old.provider_id, old.service_id) <> (new.starts_at, new.provider_id, new.service_id)
      then 'moved_text'
  end;
begin
  -- Of the past, or of what only staff care about, patients hear nothing.
  if (v_kind is not null or v_is_open <> v_was_open)
    and greatest(new.starts_at, case when v_was_open then old.starts_at end) > now()
  then
    if v_was_open then
      perform private.withdraw_outbox(new.org_id, new.id, 'changed', array['booked_text', 'moved_text', 'cancelled_text']);
    end if;
    if v_kind is not null and new.starts_at > now() then
      perform private.queue_text(new, v_kind);
    end if;
    perform private.plan_reminders(new);
  end if;
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.text_patient() is
  'Confirms to the patient that an appointment was booked, moved or cancelled, and plans, replaces or withdraws its reminders.';
alter function private.text_patient() owner to booking_engine;

-- Its name puts it after claim_time: what the ledger refuses is never confirmed.
create trigger text_patient
after insert or update on public.appointments
for each row execute function private.text_patient();

create function private.plan_all_reminders(p_org_id uuid, p_phone text default null)
returns void
language sql
volatile
set search_path = ''
as $$
  select private.plan_reminders(a)
  from public.appointments a
  join public.contacts c
    on c.org_id = a.org_id
    and c.id = a.contact_id
  where a.org_id = p_org_id
    and a.starts_at > now()
    and a.status in ('booked', 'confirmed')
    and (p_phone is null or c.phone = p_phone);
$$;
comment on function private.plan_all_reminders(uuid, text) is
  'Plans the reminders of all upcoming appointments of a clinic again, or of one number''s.';

create function private.replan_reminders()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_org_id constant uuid := case
    when tg_table_name = 'organizations' then to_jsonb(new) ->> 'id'
    else coalesce(to_jsonb(new), to_jsonb(old)) ->> 'org_id'
  end;
  v_entered constant boolean := private.enter_clinic_of_row(v_org_id);
begin
  perform private.plan_all_reminders(v_org_id, to_jsonb(old) ->> 'phone');
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.replan_reminders() is
  'Other settings, another time zone, or a patient who wants texts again: reminders that wait follow.';
alter function private.replan_reminders() owner to booking_engine;

create trigger replan_reminders
after update of reminders, quiet_from, quiet_to on public.text_settings
for each row execute function private.replan_reminders();
create trigger replan_reminders
after update of timezone on public.organizations
for each row when (old.timezone <> new.timezone)
execute function private.replan_reminders();
create trigger replan_reminders
after delete on public.opt_outs
for each row execute function private.replan_reminders();

-- What a patient writes back ------------------------------------------------------------------------------------------

create function private.appointment_asked_about(p_org_id uuid, p_contact_id uuid)
returns uuid
language sql
stable
set search_path = ''
as $$
  with texts as (
    select o.appointment_id, o.settled_at
    from public.outbox o
    where o.org_id = p_org_id
      and o.contact_id = p_contact_id
      -- Twilio may have a text although nobody has heard so yet: it is being sent, or the last try ended in silence.
      and (o.status = 'sent' or (o.status in ('pending', 'sending') and o.unsure_since is not null))
      -- A text that never came is not what somebody answers.
      and not exists (
        select 1
        from public.texts t
        where t.org_id = o.org_id
          and t.outbox_id = o.id
          and t.status in ('failed', 'undelivered', 'canceled')
      )
  ),
  -- The last that was sent, and those that may have been.
  last_texts as (
    select t.appointment_id
    from texts t
    where t.settled_at is null
      or t.settled_at >= (select max(s.settled_at) from texts s)
  )
  -- An answer belongs to the text before it, even when that one's appointment is over: never to some other appointment.
  -- Who got no text can only mean the one appointment that they have.
  select case count(distinct l.appointment_id)
    when 1 then (array_agg(l.appointment_id))[1]
    when 0 then (
      select case when count(*) = 1 then (array_agg(a.id))[1] end
      from public.appointments a
      where a.org_id = p_org_id
        and a.contact_id = p_contact_id
        and a.starts_at > now()
        and a.status in ('booked', 'confirmed')
    )
  end
  from last_texts l;
$$;
comment on function private.appointment_asked_about(uuid, uuid) is
  'The appointment that a patient''s 1 or 2 is about; null when there is none, or more than one that it could be.';

create function private.confirm_by_text(p_org_id uuid, p_appointment_id uuid)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.appointments a
  set status = 'confirmed'
  where a.org_id = p_org_id
    and a.id = p_appointment_id
    and a.status in ('booked', 'confirmed')
    and a.starts_at > now();
  return found;
end;
$$;
comment on function private.confirm_by_text(uuid, uuid) is
  'The patient will come. False when there is nothing left to confirm.';

create function private.cancel_by_text(p_org_id uuid, p_appointment_id uuid)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not (public.cancel_appointment(p_org_id, p_appointment_id, 'by text') -> 'success')::boolean then
    return false;
  end if;
  -- The reply says it; a second text that says the same would only puzzle.
  perform private.withdraw_outbox(p_org_id, p_appointment_id, 'answered', array['cancelled_text']);
  return true;
end;
$$;
comment on function private.cancel_by_text(uuid, uuid) is
  'The patient will not come: the time is free, or kept for the waitlist. False when there is nothing to cancel.';

create function private.leave_reply_task(
  p_org_id uuid,
  p_contact_id uuid,
  p_from text,
  p_sid text,
  p_body text,
  p_reason text
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- People write one thing in several texts: what comes within ten minutes is one task.
  update public.follow_up_tasks t
  set body = left(concat_ws(e'\n', t.body, p_body), 4000)
  where t.id = (
    select e.id
    from public.follow_up_tasks e
    where e.org_id = p_org_id
      and e.from_phone = p_from
      and e.reason = p_reason
      and e.status = 'open'
      and e.created_at > now() - interval '10 minutes'
      and length(e.body) + length(p_body) < 4000
    order by e.created_at desc
    limit 1
  );
  if not found then
    insert into public.follow_up_tasks (org_id, contact_id, from_phone, reason, body, idempotency_key)
    values (p_org_id, p_contact_id, p_from, p_reason, left(p_body, 4000), 'text ' || p_sid)
    on conflict (org_id, idempotency_key) do nothing;
  end if;
end;
$$;
comment on function private.leave_reply_task(uuid, uuid, text, text, text, text) is
  'Leaves what a patient wrote to staff, as a task.';

create function private.reply_json(p_text public.texts)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'success', true,
    'outcome', (p_text).outcome,
    'is_answered', (p_text).is_answered,
    'clinic', jsonb_build_object('id', o.id, 'name', o.name, 'locale', o.locale),
    'slot', private.slot(a.org_id, a.service_id, a.provider_id, a.starts_at, a.ends_at)
  )
  from public.organizations o
  left join public.appointments a
    on a.org_id = o.id
    and a.id = (p_text).appointment_id
  where o.id = (p_text).org_id;
$$;
comment on function private.reply_json(public.texts) is
  'What an inbound text did, as receive_text tells it, the first time and every time after.';

create function private.apply_reply(
  p_org_id uuid,
  p_contact_id uuid,
  p_from text,
  p_intent text,
  out outcome text,
  out appointment_id uuid
)
language plpgsql
volatile
set search_path = ''
as $$
begin
  outcome := 'passed_on';
  if p_intent in ('confirm', 'cancel') then
    appointment_id := private.appointment_asked_about(p_org_id, p_contact_id);
    if p_intent = 'confirm' and private.confirm_by_text(p_org_id, appointment_id) then
      outcome := 'confirmed';
    elsif p_intent = 'cancel' and private.cancel_by_text(p_org_id, appointment_id) then
      outcome := 'cancelled';
    else
      appointment_id := null;
    end if;
  elsif p_intent = 'stop' and p_from is not null then
    insert into public.opt_outs (org_id, phone, source)
    values (p_org_id, p_from, 'patient')
    on conflict do nothing;
    outcome := 'opted_out';
  elsif p_intent = 'start' then
    delete from public.opt_outs o
    where o.org_id = p_org_id
      and o.phone = p_from;
    if found then
      outcome := 'opted_in';
    end if;
  end if;
end;
$$;
comment on function private.apply_reply(uuid, uuid, text, text) is
  'Does what a patient''s text asks for, and says what that was; passed_on when staff must see to it.';

create function private.may_reply(p_org_id uuid, p_from text, p_outcome text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Twilio itself answers STOP and START. A machine that answers our answer must not keep us talking.
  return p_from is not null
    and p_outcome in ('confirmed', 'cancelled', 'passed_on')
    and not exists (
      select 1
      from public.opt_outs o
      where o.org_id = p_org_id
        and o.phone = p_from
    )
    and (
      select count(*) < case when p_outcome = 'passed_on' then 1 else 10 end
      from public.texts t
      where t.org_id = p_org_id
        and t.phone = p_from
        and t.direction = 'in'
        and t.is_answered
        and (p_outcome <> 'passed_on' or t.outcome = 'passed_on')
        and t.created_at > now() - interval '1 hour'
    );
end;
$$;
comment on function private.may_reply(uuid, text, text) is
  'Whether a text with this outcome is written back to: once an hour when staff will see to it, ten times an hour at most.';

create function private.has_upcoming_appointment(p_org_id uuid, p_contact_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.appointments a
    where a.org_id = p_org_id
      and a.contact_id = p_contact_id
      and a.starts_at > now()
      and a.status in ('booked', 'confirmed')
  );
end;
$$;
comment on function private.has_upcoming_appointment(uuid, uuid) is
  'Whether a patient is expected.';

create function public.receive_text(
  p_to text,
  p_from text,
  p_sid text,
  p_intent text,
  p_body text
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
  v_from constant text := case when pg_input_is_valid(p_from, 'private.e164') then p_from end;
  v_contact_id uuid;
  v_reply record;
  v_text public.texts;
begin
  if p_to is null
    or p_sid is null
    or not pg_input_is_valid(p_sid, 'private.message_sid')
    or p_intent is null
    or p_intent not in ('confirm', 'cancel', 'stop', 'start', 'late', 'other')
  then
    return private.failure('invalid_input');
  end if;
  v_org_id := private.org_of_phone(p_to);
  if v_org_id is null then
    return private.failure('not_found');
  end if;
  perform private.enter_clinic(v_org_id, 'receive_text');
  -- One number's texts one after the other, also when Twilio brings one twice at once.
  perform pg_advisory_xact_lock(private.lock_key('texts', v_org_id || ' ' || coalesce(v_from, p_sid)));
  select t.*
  into v_text
  from public.texts t
  where t.org_id = v_org_id
    and t.sid = p_sid;
  if found then
    return private.reply_json(v_text);
  end if;

  v_contact_id := private.contact_of_phone(v_org_id, v_from);
  v_reply := private.apply_reply(v_org_id, v_contact_id, v_from, p_intent);
  if v_reply.outcome = 'passed_on' then
    perform private.leave_reply_task(v_org_id, v_contact_id, v_from, p_sid, p_body, 'text');
  elsif v_reply.outcome = 'opted_out' and private.has_upcoming_appointment(v_org_id, v_contact_id) then
    -- CANCEL is one of the words that stop all texts, and may have meant the appointment.
    perform private.leave_reply_task(v_org_id, v_contact_id, v_from, p_sid, p_body, 'text_opt_out');
  end if;
  insert into public.texts (org_id, direction, sid, phone, contact_id, appointment_id, status, outcome, is_answered)
  values (
    v_org_id,
    'in',
    p_sid,
    v_from,
    v_contact_id,
    v_reply.appointment_id,
    'received',
    v_reply.outcome,
    p_intent <> 'late' and private.may_reply(v_org_id, v_from, v_reply.outcome)
  )
  returning *
  into v_text;
  return private.reply_json(v_text);
end;
$$;
comment on function public.receive_text(text, text, text, text, text) is
  'Takes a text that a patient wrote (p_intent: confirm, cancel, stop, start, other), once per p_sid. late: it was brought back some time after it came, so whatever it says is left to staff, and nobody is written back to; its 1 or 2 may be about another appointment by now. Answers {outcome, is_answered, clinic, slot}: confirmed or cancelled name the appointment in slot; passed_on is a task for staff; opted_out and opted_in are remembered for this clinic. is_answered: write back. Fails with not_found (no clinic has the number), invalid_input.';
select private.publish('public.receive_text');
