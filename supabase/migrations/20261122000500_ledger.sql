-- The ledger: where time is claimed. A hold or an appointment owns its claims; a claim without an owner cannot exist. Holds and
-- appointments both claim here, so there is one guard.

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
  foreign key (org_id, service_id) references public.services (org_id, id)
);
comment on table public.appointments is
  'What was agreed with a patient. `code` is what the caller is told: six digits, unique among the clinic''s open appointments. `hold_id` is the hold whose time it took last.';
create unique index appointments_open_code on public.appointments (org_id, code)
  where status in ('booked', 'confirmed', 'arrived');
-- Partial, so that a move to another hold is no change of a key: see the order of locks.
create unique index appointments_hold on public.appointments (org_id, hold_id)
  where hold_id is not null;
create index appointments_contact_idx on public.appointments (org_id, contact_id, starts_at);
create index appointments_provider_idx on public.appointments (org_id, provider_id, starts_at);
create index appointments_service_idx on public.appointments (org_id, service_id);
create index appointments_starts_at_idx on public.appointments (org_id, starts_at);
comment on index public.appointments_starts_at_idx is
  'Staffs day: all appointments of a clinic from one midnight to the next.';
select private.protect('public.appointments', 'select, insert, update');
select private.allow_members('public.appointments', 'select', '{owner,staff,viewer}');
-- Without hold_id and code: only the engine hands a hold's time over, and a code, like an id, is never chosen by hand.
select private.allow_members('public.appointments', 'insert', '{owner,staff}',
  'org_id, contact_id, provider_id, service_id, starts_at, ends_at, status');
select private.allow_members('public.appointments', 'update', '{owner,staff}',
  'contact_id, provider_id, service_id, starts_at, ends_at, status, cancel_reason');

create table public.appointment_holds (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  call_sid private.call_sid not null,
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
  foreign key (org_id, service_id) references public.services (org_id, id) on delete cascade,
  foreign key (org_id, appointment_id) references public.appointments (org_id, id) on delete cascade
);
comment on table public.appointment_holds is
  'Time kept for a caller who is still on the line. It ends by itself; the noted name and number wait here for the confirmation.';
create unique index appointment_holds_one_live_per_call on public.appointment_holds (org_id, call_sid)
  where status = 'held';
create index appointment_holds_call_idx on public.appointment_holds (org_id, call_sid, starts_at);
comment on index public.appointment_holds_call_idx is
  'What a call holds or has booked, at every claim.';
create index appointment_holds_provider_idx on public.appointment_holds (org_id, provider_id);
create index appointment_holds_service_idx on public.appointment_holds (org_id, service_id);
create index appointment_holds_expiry_idx on public.appointment_holds (expires_at)
  where status = 'held';
comment on index public.appointment_holds_expiry_idx is
  'Holds that are past their end, over all clinics, every few seconds.';
create index appointment_holds_appointment_idx on public.appointment_holds (org_id, appointment_id)
  where appointment_id is not null;
-- Two references tie these two: to the hold whose time an appointment took last, and to the appointment that a hold became.
alter table public.appointments
  add foreign key (org_id, hold_id) references public.appointment_holds (org_id, id);
select private.protect('public.appointment_holds', 'select, insert, update');
select private.allow_members('public.appointment_holds', 'select', '{owner,staff,viewer}');

create table public.slot_claims (
  id uuid primary key default gen_random_uuid(),
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
select private.protect('public.slot_claims', 'select, insert, update, delete');
select private.allow_members('public.slot_claims', 'select', '{owner,staff,viewer}');

-- Claiming ------------------------------------------------------------------------------------------------------------

create function private.span_with_buffers(
  p_org_id uuid,
  p_service_id uuid,
  p_starts_at timestamptz,
  p_ends_at timestamptz
)
returns tstzrange
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select tstzrange(
      p_starts_at - make_interval(mins => s.buffer_before_minutes),
      p_ends_at + make_interval(mins => s.buffer_after_minutes)
    )
    from public.services s
    where s.org_id = p_org_id
      and s.id = p_service_id
  );
end;
$$;
comment on function private.span_with_buffers(uuid, uuid, timestamptz, timestamptz) is
  'The span that an appointment takes: the patient''s time and the service''s buffers around it.';

-- Who claims: a hold (with its end) or an appointment. `replaces` is the hold or appointment whose own claims may give way.
create type private.claimant as (
  org_id uuid,
  hold_id uuid,
  appointment_id uuid,
  expires_at timestamptz,
  replaces uuid
);

create function private.lock_claims(p_org_id uuid, p_owner_id uuid)
returns uuid[]
language plpgsql
volatile
set search_path = ''
as $$
begin
  return array(
    select c.id
    from public.slot_claims c
    join public.resources r
      on r.org_id = c.org_id
      and r.id = c.resource_id
    where c.org_id = p_org_id
      and (c.hold_id = p_owner_id or c.appointment_id = p_owner_id)
    order by r.kind <> 'provider', r.kind, c.id
    for update of c
  );
end;
$$;
comment on function private.lock_claims(uuid, uuid) is
  'The claims of a hold or an appointment, locked in the order in which everybody locks them: of two who lock several, none has what the other waits for.';

create function private.release_claims(p_org_id uuid, p_owner_id uuid, p_keep uuid[] default '{}')
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_claims constant uuid[] := private.lock_claims(p_org_id, p_owner_id);
begin
  delete from public.slot_claims c
  where c.org_id = p_org_id
    and c.id = any (v_claims)
    and c.id <> all (p_keep);
end;
$$;
comment on function private.release_claims(uuid, uuid, uuid[]) is
  'Frees the time of a hold or an appointment, but for the claims that it keeps.';

-- Measured on 16 clients against one slot: this insert 49,000/s; a row lock first 4,400/s; insert and catch the
-- exception 20/s, with deadlocks. An insert that meets somebody's unfinished one waits for it and sees how it ended.
create function private.claim_resource(p_claimant private.claimant, p_resource_id uuid, p_during tstzrange)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_claim_id uuid;
begin
  -- Two who both shift their own claim on one resource could each wait for the other's new span: one at a time.
  if p_claimant.replaces is not null and exists (
    select 1
    from public.slot_claims o
    where o.org_id = p_claimant.org_id
      and o.resource_id = p_resource_id
      and o.during && p_during
      and p_claimant.replaces in (o.hold_id, o.appointment_id)
  ) then
    perform pg_advisory_xact_lock(private.lock_key('shift', p_resource_id::text));
    delete from public.slot_claims o
    where o.org_id = p_claimant.org_id
      and o.resource_id = p_resource_id
      and o.during && p_during
      and p_claimant.replaces in (o.hold_id, o.appointment_id);
  end if;

  -- Most often nothing is in the way. If something is, what has expired of it goes, and there is one more try.
  for v_try in 1..2 loop
    insert into public.slot_claims (org_id, resource_id, during, hold_id, appointment_id, expires_at)
    values (
      p_claimant.org_id,
      p_resource_id,
      p_during,
      p_claimant.hold_id,
      p_claimant.appointment_id,
      p_claimant.expires_at
    )
    on conflict do nothing
    returning id into v_claim_id;
    exit when v_claim_id is not null or v_try = 2;

    -- `skip locked`: an expired claim that somebody is confirming or clearing right now is theirs.
    delete from public.slot_claims c
    where c.id = any (array(
      select e.id
      from public.slot_claims e
      where e.org_id = p_claimant.org_id
        and e.resource_id = p_resource_id
        and e.during && p_during
        and e.expires_at <= clock_timestamp()
      for update skip locked
    ));
    exit when not found;
  end loop;
  return v_claim_id;
end;
$$;
comment on function private.claim_resource(private.claimant, uuid, tstzrange) is
  'Claims one resource for a span: the claim''s id when it is ours, null when somebody has it. Expired claims in the way go first.';

create function private.claim_one_of_kind(
  p_claimant private.claimant,
  p_service_id uuid,
  p_kind text,
  p_during tstzrange
)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_resource_id uuid;
  v_claim_id uuid;
begin
  -- Whoever replaces their own claim tries the room they have before any other.
  for v_resource_id in
    select s.resource_id
    from public.service_resources s
    join public.resources r
      on r.org_id = s.org_id
      and r.id = s.resource_id
    where s.org_id = p_claimant.org_id
      and s.service_id = p_service_id
      and s.kind = p_kind
      and r.is_active
      and not private.is_away(p_claimant.org_id, s.resource_id, p_during)
    order by
      not exists (
        select 1
        from public.slot_claims o
        where o.org_id = s.org_id
          and o.resource_id = s.resource_id
          and p_claimant.replaces in (o.hold_id, o.appointment_id)
      ),
      s.resource_id
  loop
    v_claim_id := private.claim_resource(p_claimant, v_resource_id, p_during);
    exit when v_claim_id is not null;
  end loop;
  return v_claim_id;
end;
$$;
comment on function private.claim_one_of_kind(private.claimant, uuid, text, tstzrange) is
  'Claims the first free room or device of a kind that suits the service: the claim''s id, or null when none is free.';

create function private.claim_time(
  p_claimant private.claimant,
  p_provider_id uuid,
  p_service_id uuid,
  p_during tstzrange
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_kind text;
  v_claim_id uuid;
  v_claims uuid[];
begin
  v_claim_id := private.claim_resource(p_claimant, p_provider_id, p_during);
  if v_claim_id is null then
    return false;
  end if;
  v_claims := array[v_claim_id];

  for v_kind in
    select distinct s.kind
    from public.service_resources s
    where s.org_id = p_claimant.org_id
      and s.service_id = p_service_id
    order by s.kind
  loop
    v_claim_id := private.claim_one_of_kind(p_claimant, p_service_id, v_kind, p_during);
    if v_claim_id is null then
      delete from public.slot_claims c
      where c.org_id = p_claimant.org_id
        and c.id = any (v_claims);
      return false;
    end if;
    v_claims := v_claims || v_claim_id;
  end loop;

  if p_claimant.replaces is not null then
    perform private.release_claims(p_claimant.org_id, p_claimant.replaces, v_claims);
  end if;
  return true;
end;
$$;
comment on function private.claim_time(private.claimant, uuid, uuid, tstzrange) is
  'Claims a provider and one of each kind of room or device that the service needs, together or not at all, then releases what it replaces. After false a claimant that replaces something must roll back: part of its old time may be gone.';

-- Appointments meet the ledger, whoever writes them -------------------------------------------------------------------

-- Triggers of one table fire in the order of their names. After an appointment is written, claim_time comes first, then what
-- later chapters do about it, then release_time, and what tells the patient last.

create function private.complete_appointment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  new.updated_at := now();
  if new.ends_at is null then
    select new.starts_at + make_interval(mins => s.duration_minutes)
    into new.ends_at
    from public.services s
    where s.org_id = new.org_id
      and s.id = new.service_id;
  elsif tg_op = 'UPDATE'
    and new.starts_at <> old.starts_at
    and new.ends_at = old.ends_at
    and new.hold_id is not distinct from old.hold_id
  then
    -- Whoever moves the start alone moves the appointment, and does not stretch it. A hold brings an end of its own.
    new.ends_at := new.starts_at + (old.ends_at - old.starts_at);
  end if;
  if new.code is null then
    -- A code is looked for, not drawn blindly; the unique index has the last word when two transactions draw the same.
    for v_try in 1..20 loop
      new.code := lpad(floor(random() * 1000000)::int::text, 6, '0');
      exit when not exists (
        select 1
        from public.appointments a
        where a.org_id = new.org_id
          and a.code = new.code
          and a.status in ('booked', 'confirmed', 'arrived')
      );
    end loop;
  end if;
  perform private.leave_clinic_of_row(v_entered);
  return new;
end;
$$;
comment on function private.complete_appointment() is
  'Fills what a writer left out: the end, from the service''s duration or the one it had, and the spoken code.';
alter function private.complete_appointment() owner to booking_engine;

create trigger complete_appointment
before insert or update on public.appointments
for each row execute function private.complete_appointment();

create function private.claim_appointment_time()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  if new.hold_id is not null and (tg_op = 'INSERT' or new.hold_id is distinct from old.hold_id) then
    -- The hold's claims change hands, so the time is never free in between. Nothing here can wait for anybody.
    perform private.release_claims(new.org_id, new.id);
    update public.slot_claims c
    set appointment_id = new.id, hold_id = null, expires_at = null
    where c.org_id = new.org_id
      and c.hold_id = new.hold_id
      and c.during @> tstzrange(new.starts_at, new.ends_at);
    if not found then
      raise exception 'The hold no longer has its time.' using errcode = 'PT409';
    end if;

  elsif tg_op = 'INSERT'
    or old.status in ('cancelled', 'noshow')
    or (old.starts_at, old.ends_at, old.provider_id, old.service_id)
      is distinct from (new.starts_at, new.ends_at, new.provider_id, new.service_id)
  then
    perform pg_advisory_xact_lock_shared(private.lock_key('absences', new.org_id::text));
    if not private.claim_time(
      row(new.org_id, null, new.id, null, new.id)::private.claimant,
      new.provider_id,
      new.service_id,
      private.span_with_buffers(new.org_id, new.service_id, new.starts_at, new.ends_at)
    ) then
      -- PT409 is how PostgREST is told to answer 409.
      raise exception 'That time is already taken.'
        using errcode = 'PT409', hint = 'Choose another time, provider or room.';
    end if;
  end if;
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.claim_appointment_time() is
  'Claims the time of a new or moved appointment, or takes over that of its hold. Raises PT409 (HTTP 409) when somebody has the time.';
alter function private.claim_appointment_time() owner to booking_engine;

create trigger claim_time
after insert or update on public.appointments
for each row when (new.status not in ('cancelled', 'noshow'))
execute function private.claim_appointment_time();

create function private.release_appointment_time()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_entered constant boolean := private.enter_clinic_of_row(new.org_id);
begin
  perform private.release_claims(new.org_id, new.id);
  perform private.leave_clinic_of_row(v_entered);
  return null;
end;
$$;
comment on function private.release_appointment_time() is
  'Frees the time of an appointment that does not take place, unless somebody else has taken it over by then.';
alter function private.release_appointment_time() owner to booking_engine;

create trigger release_time
after insert or update on public.appointments
for each row when (new.status in ('cancelled', 'noshow'))
execute function private.release_appointment_time();
