-- The outbox: whatever has to happen outside the database is a row, written in the same transaction as its cause. So it
-- happens if and only if the cause was committed, and a process that dies on the way to the outside loses nothing.
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

-- One index finds the clinics that have work, the other a clinic's work in order.
create index outbox_due_idx on public.outbox (due_at, org_id)
  where status in ('pending', 'sending');
create index outbox_org_due_idx on public.outbox (org_id, due_at)
  where status in ('pending', 'sending');
create index outbox_appointment_idx on public.outbox (org_id, appointment_id);
create index outbox_contact_idx on public.outbox (org_id, contact_id, settled_at);
select private.keep_org_immutable('public.outbox');
select private.keep_audited('public.outbox');

alter table public.outbox enable row level security;
select private.bind_engine('public.outbox', 'select, insert, update');
select private.allow_members('public.outbox', 'select', '{owner,staff,viewer}');

-- The two questions that are asked before a clinic is chosen. They run as their owner and tell ids, no more.
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
revoke all on function private.orgs_with_due_outbox(timestamptz) from public;
grant execute on function private.orgs_with_due_outbox(timestamptz) to booking_engine;

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
revoke all on function private.org_of_outbox(uuid) from public;
grant execute on function private.org_of_outbox(uuid) to booking_engine;

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
revoke all on function private.retry_after(integer) from public;
grant execute on function private.retry_after(integer) to booking_engine;

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
revoke all on function private.settle_outbox(uuid, uuid, text, text) from public;
grant execute on function private.settle_outbox(uuid, uuid, text, text) to booking_engine;

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
revoke all on function private.withdraw_outbox(uuid, uuid, text, text[]) from public;
grant execute on function private.withdraw_outbox(uuid, uuid, text, text[]) to booking_engine;
