-- Calls: who called, when, and what Twilio told us about it.

create table public.contacts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  phone private.e164 not null,
  name text check (length(name) between 1 and 120),
  date_of_birth date check (date_of_birth between '1900-01-01' and '2200-01-01'),
  created_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, phone)
);
comment on table public.contacts is
  'A patient as the clinic knows them, by phone number.';
select private.keep_org_immutable('public.contacts');

create table public.calls (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  call_sid text not null check (call_sid ~ '^[A-Za-z0-9_-]{1,64}$'),
  from_phone private.e164,
  given_phone private.e164,
  to_phone private.e164,
  status text not null default 'ringing'
    check (status in ('queued', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled')),
  status_sequence integer not null default -1,
  status_at timestamptz not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  duration_seconds integer check (duration_seconds >= 0),
  progress text not null default 'menu' check (progress in ('menu', 'choosing_time', 'time_held', 'details_given')),
  outcome text check (outcome in ('booked', 'moved', 'cancelled', 'waitlisted', 'answered', 'message', 'abandoned')),
  unique (org_id, id),
  unique (org_id, call_sid)
);
comment on table public.calls is
  'One row a call. Its status is that of the newest event by the event''s own clock and sequence, never by arrival. `progress` is how far the caller came, `outcome` what came of it; abandoned: they hung up without one. given_phone is the number that a caller keyed in who withholds theirs; it proves nothing.';
create index calls_call_sid_idx on public.calls (call_sid);
create index calls_from_phone_idx on public.calls (org_id, from_phone);
select private.keep_org_immutable('public.calls');

create table public.call_events (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  call_sid text not null,
  sequence integer not null check (sequence between 0 and 100000),
  status text not null,
  created_at timestamptz not null,
  received_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, call_sid, sequence, status),
  foreign key (org_id, call_sid) references public.calls (org_id, call_sid) on delete cascade
);
comment on table public.call_events is
  'The inbox of Twilio''s call-progress callbacks: each is kept once. created_at is Twilio''s clock, received_at ours.';
select private.keep_org_immutable('public.call_events');

alter table public.contacts enable row level security;
select private.bind_engine('public.contacts', 'select, insert, update');
select private.allow_members('public.contacts', 'select', '{owner,staff,viewer}');
select private.allow_members('public.contacts', 'insert', '{owner,staff}');
select private.allow_members('public.contacts', 'update', '{owner,staff}');
select private.allow_members('public.contacts', 'delete', '{owner,staff}');

alter table public.calls enable row level security;
select private.bind_engine('public.calls', 'select, insert, update');
select private.allow_members('public.calls', 'select', '{owner,staff,viewer}');

alter table public.call_events enable row level security;
select private.bind_engine('public.call_events', 'select, insert');
select private.allow_members('public.call_events', 'select', '{owner,staff,viewer}');

create function private.org_of_call(p_call_sid text)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  select c.org_id
  from public.calls c
  where c.call_sid = p_call_sid
  order by c.started_at, c.org_id
  limit 1;
$$;
comment on function private.org_of_call(text) is
  'The clinic that a call reached, or null: a status callback names the call alone.';
revoke all on function private.org_of_call(text) from public;
grant execute on function private.org_of_call(text) to booking_engine;

create function private.note_progress(p_org_id uuid, p_call_sid text, p_progress text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.calls c
  set progress = p_progress
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid
    and c.progress <> p_progress
    and c.ended_at is null;
end;
$$;
comment on function private.note_progress(uuid, text, text) is
  'Notes how far a call has come, for staff who call back when it breaks off. Whoever sends a turn again after the end changes nothing.';
revoke all on function private.note_progress(uuid, text, text) from public;
grant execute on function private.note_progress(uuid, text, text) to booking_engine;

create function private.note_outcome(p_org_id uuid, p_call_sid text, p_outcome text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.calls c
  set outcome = p_outcome
  where c.org_id = p_org_id
    and c.call_sid = p_call_sid
    and c.outcome is distinct from p_outcome
    and (c.ended_at is null or c.outcome is null or c.outcome = 'abandoned' or p_outcome = 'message');
end;
$$;
comment on function private.note_outcome(uuid, text, text) is
  'Notes what came of a call; the last outcome counts. After its end only a message, of which one hears late, takes the place of another.';
revoke all on function private.note_outcome(uuid, text, text) from public;
grant execute on function private.note_outcome(uuid, text, text) to booking_engine;
