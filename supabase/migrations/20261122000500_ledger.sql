-- The ledger: where time is claimed. A hold or an appointment owns its claims; a claim without an owner cannot exist.

create table public.appointment_holds (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  call_sid text not null check (call_sid ~ '^[A-Za-z0-9_-]{1,64}$'),
  provider_id uuid not null,
  service_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  expires_at timestamptz not null,
  status text not null default 'held' check (status in ('held', 'confirmed', 'released', 'expired')),
  contact_name text check (length(contact_name) between 1 and 120),
  contact_phone private.e164,
  appointment_id uuid,
  created_at timestamptz not null default now(),
  unique (org_id, id),
  check ((status = 'confirmed') = (appointment_id is not null)),
  foreign key (org_id, provider_id) references public.providers (org_id, id) on delete cascade,
  foreign key (org_id, service_id) references public.services (org_id, id) on delete cascade
);
comment on table public.appointment_holds is
  'Time kept for a caller who is still on the line. It ends by itself; the noted name and number wait here for the confirmation.';
create unique index appointment_holds_one_live_per_call on public.appointment_holds (org_id, call_sid)
  where status = 'held';
create index appointment_holds_call_idx on public.appointment_holds (org_id, call_sid, starts_at);
create index appointment_holds_provider_idx on public.appointment_holds (org_id, provider_id);
create index appointment_holds_service_idx on public.appointment_holds (org_id, service_id);
create index appointment_holds_expiry_idx on public.appointment_holds (expires_at)
  where status = 'held';
select private.keep_org_immutable('public.appointment_holds');

create table public.appointments (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  contact_id uuid not null,
  provider_id uuid not null,
  service_id uuid not null,
  starts_at timestamptz not null check (isfinite(starts_at)),
  ends_at timestamptz not null check (isfinite(ends_at)),
  status text not null default 'booked'
    check (status in ('booked', 'confirmed', 'arrived', 'fulfilled', 'cancelled', 'noshow')),
  code text not null check (code ~ '^[0-9]{6}$'),
  hold_id uuid,
  cancel_reason text check (length(cancel_reason) <= 300),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  check (ends_at > starts_at),
  foreign key (org_id, contact_id) references public.contacts (org_id, id),
  foreign key (org_id, provider_id) references public.providers (org_id, id),
  foreign key (org_id, service_id) references public.services (org_id, id),
  foreign key (org_id, hold_id) references public.appointment_holds (org_id, id)
);
comment on table public.appointments is
  'What was agreed with a patient. `code` is what the caller is told: six digits, unique among the clinic''s open appointments. `hold_id` is the hold whose time it took last.';
create unique index appointments_open_code on public.appointments (org_id, code)
  where status in ('booked', 'confirmed', 'arrived');
-- Partial, so that a move to another hold is no change of a key: see the order of locks in the chapter on claiming.
create unique index appointments_hold on public.appointments (org_id, hold_id)
  where hold_id is not null;
create index appointments_contact_idx on public.appointments (org_id, contact_id, starts_at);
create index appointments_provider_idx on public.appointments (org_id, provider_id, starts_at);
create index appointments_service_idx on public.appointments (org_id, service_id);
create index appointments_starts_at_idx on public.appointments (org_id, starts_at);
select private.keep_org_immutable('public.appointments');

alter table public.appointment_holds
  add foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade;
create index appointment_holds_appointment_idx on public.appointment_holds (org_id, appointment_id)
  where appointment_id is not null;

create table public.slot_claims (
  id bigint generated always as identity primary key,
  org_id uuid not null,
  resource_id uuid not null,
  during tstzrange not null check (
    not isempty(during)
    and lower_inc(during)
    and not upper_inc(during)
    and isfinite(lower(during))
    and not upper_inf(during)
    and isfinite(upper(during))
  ),
  hold_id uuid,
  appointment_id uuid,
  expires_at timestamptz,
  unique (org_id, id),
  check (num_nonnulls(hold_id, appointment_id) = 1),
  check ((hold_id is null) = (expires_at is null)),
  constraint slot_claims_no_overlap exclude using gist (resource_id with =, during with &&),
  foreign key (org_id, resource_id) references public.resources (org_id, id) on delete cascade,
  -- Checked at commit: a claim is tried before its hold is written, so that a loser leaves no row behind.
  foreign key (org_id, hold_id) references public.appointment_holds (org_id, id) on delete cascade
    deferrable initially deferred,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade
);
comment on table public.slot_claims is
  'The one ledger of taken time. `during` includes the buffers. The exclusion constraint is the last word on who owns the time, whatever code runs.';
create index slot_claims_resource_idx on public.slot_claims (org_id, resource_id);
create index slot_claims_hold_idx on public.slot_claims (org_id, hold_id)
  where hold_id is not null;
create index slot_claims_appointment_idx on public.slot_claims (org_id, appointment_id)
  where appointment_id is not null;
select private.keep_org_immutable('public.slot_claims');

alter table public.appointment_holds enable row level security;
select private.bind_engine('public.appointment_holds', 'select, insert, update');
select private.allow_members('public.appointment_holds', 'select', '{owner,staff,viewer}');

alter table public.appointments enable row level security;
select private.bind_engine('public.appointments', 'select, insert, update');
select private.allow_members('public.appointments', 'select', '{owner,staff,viewer}');
-- Without hold_id and code: only the engine hands a hold's time over, and a code, like an id, is never chosen by hand.
select private.allow_members('public.appointments', 'insert', '{owner,staff}',
  'org_id, contact_id, provider_id, service_id, starts_at, ends_at, status');
select private.allow_members('public.appointments', 'update', '{owner,staff}',
  'contact_id, provider_id, service_id, starts_at, ends_at, status, cancel_reason');

-- Nobody but the engine writes the ledger: staff claim time by writing appointments.
alter table public.slot_claims enable row level security;
select private.bind_engine('public.slot_claims', 'select, insert, update, delete');
select private.allow_members('public.slot_claims', 'select', '{owner,staff,viewer}');
